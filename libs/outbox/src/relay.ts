import type { RecordProducer } from '@millrace/messaging';
import { endSpan, type Logger } from '@millrace/telemetry';
import type { Counter } from '@opentelemetry/api';
import { Outage } from './outage.ts';
import { observeBacklog, publishedCounter } from './outbox-metrics.ts';
import type { OutboxRow, OutboxStore } from './outbox-store.ts';
import { openPublication } from './publication.ts';
import { Sleeper } from './sleeper.ts';

export interface RelayOptions {
  readonly store: OutboxStore;
  /** Started before the relay and stopped after it. */
  readonly producer: RecordProducer;
  readonly log: Logger;
  /** Rows per send. @default 500 */
  readonly batchSize?: number;
  /** The longest an event waits for a wake that never came. @default 1_000 */
  readonly pollIntervalMs?: number;
  /** How long published rows stay, for people to look at. @default 3_600_000 */
  readonly keepPublishedMs?: number;
  /** How long `stop` waits for what is being sent. @default 2_000 */
  readonly drainTimeoutMs?: number;
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

const defaults = { batchSize: 500, pollIntervalMs: 1_000, keepPublishedMs: 3_600_000, drainTimeoutMs: 2_000 };
const firstDelayMs = 100;
const maxDelayMs = 5_000;
const pruneIntervalMs = 60_000;
const pruneLimit = 1_000;

/**
 * Makes the relay of a store. It sends rows in order of id, one batch at a time, so that no retry can overtake an older event
 * of the same key, and marks them only after the acknowledgement. What fails is tried again, the same rows in the same order,
 * for ever. A process that dies between acknowledgement and mark sends the same events again after its restart, with the
 * same event ids.
 *
 * A record that Kafka never accepts (too large) therefore holds up everything behind it: the log says so once, and the
 * age in the metrics grows. Data that breaks its contract cannot get here, since the append refuses it.
 */
export function createRelay(options: RelayOptions): Relay {
  const loop = new RelayLoop({ ...defaults, ...options });
  let stopObserving = () => {};
  return {
    name: 'outbox-relay',
    start: async () => {
      stopObserving = observeBacklog(options.store);
      loop.start();
    },
    wake: () => loop.wake(),
    stop: async () => {
      stopObserving();
      await loop.stop();
    },
  };
}

class RelayLoop {
  readonly #options: Required<RelayOptions>;
  readonly #outage: Outage;
  readonly #idle = new Sleeper();
  readonly #backoff = new Sleeper();
  /** Aborted when nothing more may be sent or marked. */
  readonly #end = new AbortController();
  #draining = false;
  #running = Promise.resolve();
  #nextPruneAtMs = 0;

  constructor(options: Required<RelayOptions>) {
    this.#options = options;
    this.#outage = new Outage(options.log);
  }

  start(): void {
    this.#running = this.#run(publishedCounter());
  }

  wake(): void {
    this.#idle.wake();
  }

  async stop(): Promise<void> {
    this.#draining = true;
    this.#idle.wake();
    this.#backoff.wake();
    const deadline = setTimeout(() => this.#end.abort(), this.#options.drainTimeoutMs);
    await Promise.race([this.#running, aborted(this.#end.signal)]);
    clearTimeout(deadline);
    this.#end.abort();
  }

  async #run(published: Counter): Promise<void> {
    const { store, batchSize, pollIntervalMs } = this.#options;
    try {
      for (;;) {
        const rows = await this.#untilDone(() => store.pending(batchSize));
        if (rows.length > 0) await this.#publish(rows, published);
        else if (this.#draining) return;
        await this.#prune();
        if (rows.length === 0) await this.#idle.sleep(pollIntervalMs);
      }
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
    }
  }

  async #publish(rows: readonly OutboxRow[], published: Counter): Promise<void> {
    const { store } = this.#options;
    await this.#send(rows);
    for (const { record } of rows) published.add(1, { topic: record.topic });
    await this.#untilDone(() => store.markPublished(rows.map(({ id }) => id)));
  }

  async #send(rows: readonly OutboxRow[]): Promise<void> {
    const publications = rows.map(openPublication);
    const endSpans = (error?: unknown) => {
      for (const { span } of publications) endSpan(span, error);
    };
    try {
      await this.#untilDone(() => this.#options.producer.send(publications.map(({ record }) => record)));
      endSpans();
    } catch (error) {
      endSpans(error);
      throw error;
    }
  }

  async #prune(): Promise<void> {
    const { store, keepPublishedMs } = this.#options;
    if (Date.now() < this.#nextPruneAtMs) return;
    const removed = await this.#untilDone(() => store.prune(Date.now() - keepPublishedMs, pruneLimit));
    if (removed < pruneLimit) this.#nextPruneAtMs = Date.now() + pruneIntervalMs;
  }

  /** Does `work` again until it succeeds. Throws only when the relay stops: at its deadline, or at a failure once it drains. */
  async #untilDone<T>(work: () => Promise<T>): Promise<T> {
    for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, maxDelayMs)) {
      this.#end.signal.throwIfAborted();
      try {
        const result = await work();
        this.#outage.over();
        return result;
      } catch (error) {
        this.#outage.failed(error);
        if (!this.#draining) await this.#backoff.sleep(delayMs);
        if (this.#draining) this.#end.abort(error);
      }
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
