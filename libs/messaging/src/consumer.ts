import type { Logger } from '@millrace/telemetry';
import { type Clock, systemClock } from './clock.ts';
import { type ConsumerOptions, consumerSettings } from './consumer-options.ts';
import { DeliveryEngine } from './delivery-engine.ts';
import type { Outcome } from './outcome.ts';
import type { KafkaRecord } from './record.ts';
import type { RecordProducer } from './record-producer.ts';
import type { RecordSource, RecordSourceOptions } from './record-source.ts';

/** What a consumer stands on. */
export interface ConsumerPorts {
  readonly source: (options: RecordSourceOptions) => RecordSource;
  /** Writes the dead letters. */
  readonly producer: RecordProducer;
  readonly log: Logger;
  /** From 0 to 1, spreads retries. @default Math.random */
  readonly random?: () => number;
  /** @default {@link systemClock} */
  readonly clock?: Clock;
  /** Told how each record ended, once, before that is committed. It must not throw. */
  readonly ended?: (record: KafkaRecord, outcome: Outcome) => void;
}

/** A running consumer group member, started and stopped by its service. */
export interface Consumer {
  readonly name: string;
  start(): Promise<void>;
  /** Undefined when ready, else what is missing. */
  notReady(): string | undefined;
  /**
   * Drains, commits, leaves the group and stops the targets. Calls still running after the drain timeout are cut off; what
   * has no outcome then is left to the next owner. Repeating it joins the first one.
   */
  stop(): Promise<void>;
}

/**
 * Makes a consumer of `options.group`: each record of a subscribed event becomes a call of its handler, one at a time per
 * key and in order, keys side by side; each is repeated until it has an outcome, and committed after that.
 * Throws `CONFIG_INVALID` where an option makes no sense.
 */
export function createConsumer(options: ConsumerOptions, ports: ConsumerPorts): Consumer {
  const settings = consumerSettings(options);
  const { group, startAt, subscriptions, targets } = settings;
  const topics = [...new Set(subscriptions.map(({ contract }) => contract.topic))];
  const source = ports.source({ group, topics, startAt });
  const { producer, log, random = Math.random, clock = systemClock, ended = () => undefined } = ports;
  const progress = () => source.progress();
  const engine = new DeliveryEngine(settings, { producer, random, clock, ended, log, progress });
  const started: RecordSource[] = [];
  let stopped: Promise<void> | undefined;
  return {
    name: group,
    start: () => {
      started.push(source);
      return source.start(engine);
    },
    notReady: () => source.notReady(),
    stop: () => (stopped ??= engine.stop().then(() => stopAll([...started, ...targets]))),
  };
}

/** Stops all, whichever of them fail; rejects with the first failure. */
async function stopAll(parts: readonly { stop(): Promise<void> }[]): Promise<void> {
  const results = await Promise.allSettled(parts.map((part) => part.stop()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
