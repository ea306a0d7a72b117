import type { Logger } from '@millrace/telemetry';
import { type Clock, createSystemClock } from '../ports/clock.ts';
import { ConsumerMetrics } from './consumer-metrics.ts';
import type { ConsumerState } from './consumer-state.ts';
import { type ConsumerOptions, type ConsumerSettings, consumerSettings } from './consumer-options.ts';
import { DeadLetterWriter } from './dead-letter-writer.ts';
import { DeliveryEngine } from '../engine/delivery-engine.ts';
import { GroupShare } from './group-share.ts';
import { offsetsMissing } from '../engine/engine-log.ts';
import type { Outcome } from '../ports/outcome.ts';
import { type PartitionState, partitionStates } from './partition-state.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { RecordProducer } from '../ports/record-producer.ts';
import type { RecordSource, RecordSourceOptions } from '../ports/record-source.ts';
import { type GroupReplays, replaysOf } from './replay.ts';
import { RetentionParking } from './retention-parking.ts';
import { subscribedDeliveries } from './subscribed-deliveries.ts';
import { TargetRow } from './target-row.ts';

/** What a consumer stands on. */
export interface ConsumerPorts {
  readonly source: (options: RecordSourceOptions) => RecordSource;
  /** Writes the dead letters. */
  readonly producer: RecordProducer;
  readonly log: Logger;
  /** From 0 to 1, spreads retries. @default Math.random */
  readonly random?: () => number;
  /** @default {@link createSystemClock} */
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
  /** Takes time by what is held: to be asked every few seconds, not for each record. */
  state(): ConsumerState;
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
  const { group, subscriptions, targets, concurrency } = settings;
  const topics = [...new Set(subscriptions.map(({ contract }) => contract.topic))];
  const replays = replaysOf(group, topics);
  const source = ports.source({ group, topics, replays: replays.sources });
  const { engine, metrics, partitions, parking } = engineOf(settings, ports, { source, replays });
  const share = shareOf(settings, ports, source);
  const started: RecordSource[] = [];
  const stop = async () => {
    share?.stop();
    parking?.stop();
    await engine.stop();
    metrics.stop();
    await stopAll([...started, ...targets]);
  };
  let stopped: Promise<void> | undefined;
  return {
    name: group,
    start: () => {
      started.push(source);
      share?.start();
      parking?.start();
      return source.start(share?.watching(engine) ?? engine);
    },
    notReady: () => source.notReady() ?? refusal(engine),
    state: () => ({
      group,
      notJoined: source.notReady(),
      held: { records: engine.held.records, bytes: engine.held.bytes },
      concurrency,
      targets: targets.map((target) => ({ name: target.name, ...target.state() })),
      partitions: partitions(),
    }),
    stop: () => (stopped ??= stop()),
  };
}

function engineOf(
  settings: ConsumerSettings,
  ports: ConsumerPorts,
  { source, replays }: { readonly source: RecordSource; readonly replays: GroupReplays },
) {
  const { group, retry, subscriptions, targets, parkBeforeMs } = settings;
  const { producer, random = Math.random, clock = createSystemClock(), ended } = ports;
  const log = ports.log.child({ group });
  const gate = new TargetRow(targets);
  const partitions = (): readonly PartitionState[] => {
    const { leases, refused } = engine;
    return partitionStates({
      leases,
      refused,
      progress: source.progress(),
      closed: gate.isClosed,
      clock,
    });
  };
  const metrics = new ConsumerMetrics({ group, engine: () => engine, partitions, targets: gate });
  const deadLetters = new DeadLetterWriter({ producer, retry, random });
  const keyTtlMs = shortest(targets.map((target) => target.keyTtlMs));
  const delivery = { group, retry, random, clock, gate, deadLetters, metrics, log, keyTtlMs };
  const parking =
    parkBeforeMs === undefined
      ? undefined
      : new RetentionParking({
          beforeMs: parkBeforeMs,
          progress: () => source.progress(),
          isClosed: () => gate.isClosed,
          clock,
          look: () => engine.park(),
        });
  const engine = new DeliveryEngine(settings, {
    deliveryOf: subscribedDeliveries(subscriptions, delivery),
    gate,
    random,
    replays,
    deleted: ({ topic, partition }, records) => metrics.deleted(topic, partition, records),
    ...(parking && { isParked: (record: KafkaRecord) => parking.isDue(record) }),
    ended: (record, outcome) => {
      metrics.outcome(record.topic, outcome);
      const replayOf = replays.sourceOf(record.topic);
      if (replayOf !== undefined) metrics.replay(replayOf, outcome);
      ended?.(record, outcome);
    },
    clock,
    log,
  });
  return { engine, metrics, partitions, parking };
}

/** What shares the targets' quotas with the other members; undefined where there is none to share, or nobody to share it with. */
function shareOf({ group, targets }: ConsumerSettings, ports: ConsumerPorts, source: RecordSource) {
  const quotas = targets.flatMap(({ quota }) => quota ?? []);
  const { clock = createSystemClock() } = ports;
  if (quotas.length === 0 || !source.lags) return undefined;
  return new GroupShare({
    lags: () => source.lags?.() ?? Promise.resolve([]),
    quotas,
    clock,
    log: ports.log.child({ group }),
  });
}

function shortest(all: readonly (number | undefined)[]): number | undefined {
  const known = all.filter((ms) => ms !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

function refusal({ refused: [refused] }: DeliveryEngine): string | undefined {
  return refused && offsetsMissing(refused);
}

/** Stops all, whichever of them fail; rejects with the first failure. */
async function stopAll(parts: readonly { stop(): Promise<void> }[]): Promise<void> {
  const results = await Promise.allSettled(parts.map((part) => part.stop()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
