import type { RecordProducer } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import { observeBacklog, publishedCounter } from './outbox-metrics.ts';
import type { OutboxStore } from './outbox-store.ts';
import { RelayLoop } from './relay-loop.ts';

export interface RelaySettings {
  /** Rows per send. @default 500 */
  readonly batchSize?: number;
  /** The longest an event waits for a wake that never came. @default 1_000 */
  readonly pollIntervalMs?: number;
  /**
   * The least time from one batch to the next, and longer where batches take long, a second at the most: what comes meanwhile
   * goes together. 0 for none. @default 0, with shards 50
   */
  readonly restMs?: number;
  /** How long published rows stay, for people to look at. @default 3_600_000 */
  readonly keepPublishedMs?: number;
  /** How long `stop` waits for what is being sent. @default 2_000 */
  readonly drainTimeoutMs?: number;
}

export interface RelayOptions extends RelaySettings {
  readonly store: OutboxStore;
  /** Started before the relay and stopped after it. */
  readonly producer: RecordProducer;
  readonly log: Logger;
}

/** Publishes what the outbox holds; a component of a service. */
export interface Relay {
  readonly name: string;
  /** Begins; neither Kafka nor its topics need to be there yet. */
  start(): Promise<void>;
  /** Something was committed: look now, not at the next poll. Cheap, may be called at any time. */
  wake(): void;
  /** Publishes what waits, for at most `drainTimeoutMs`; gives up at once where publishing fails. The rest waits for the next start. */
  stop(): Promise<void>;
}

export const relayDefaults = {
  batchSize: 500,
  pollIntervalMs: 1_000,
  restMs: 0,
  keepPublishedMs: 3_600_000,
  drainTimeoutMs: 2_000,
};

/** Makes the one relay of a store, which does as {@link RelayLoop} says. Of shards: {@link createShardedRelay}. */
export function createRelay(options: RelayOptions): Relay {
  let loop: RelayLoop | undefined;
  let stopObserving = () => {};
  return {
    name: 'outbox-relay',
    start: async () => {
      stopObserving = observeBacklog(() => options.store.backlog());
      loop = new RelayLoop({ ...relayDefaults, ...options, published: publishedCounter() });
      void loop.run();
    },
    wake: () => loop?.wake(),
    stop: async () => {
      stopObserving();
      await loop?.stop();
    },
  };
}
