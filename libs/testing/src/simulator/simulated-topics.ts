import type { TopicPartition } from '@millrace/messaging/membership';
import type { VirtualClock } from '@millrace/messaging/testing';
import type { InMemoryBroker } from '../in-memory-broker/in-memory-broker.ts';
import type { PartitionLog } from '../in-memory-broker/partition-log.ts';
import { draw } from './draw.ts';
import type { Emit } from './emit.ts';
import { type PlannedRecord, plannedRecords, simulatedRecord } from './planned-records.ts';
import { RenewedTopics } from './renewed-topics.ts';
import type { Scenario } from './scenario.ts';
import { encodeSimulated, type SimulatedRecord } from './simulated-event.ts';
import { idOf } from './simulated-broker.ts';

export interface SimulatedTopicsOptions {
  readonly broker: InMemoryBroker;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly emit: Emit;
}

const mostPartitions = 8;

/** The topics, what is produced to them, and what is done to them. */
export class SimulatedTopics {
  readonly names: readonly string[];
  readonly #options: SimulatedTopicsOptions;
  /** Those that were made anew. */
  readonly renewed: RenewedTopics;
  #waiting = 0;
  #waitUntilMs = 0;
  /** By how much the clock of those who produce is wrong. */
  #offMs = 0;
  #made = 0;

  constructor(options: SimulatedTopicsOptions) {
    this.#options = options;
    this.renewed = new RenewedTopics(options);
    this.names = options.scenario.topics.map((_, index) => `t${index}`);
  }

  /** The logs as they are now. */
  get logs(): readonly PartitionLog[] {
    return this.names.flatMap((topic) => this.logsOf(topic));
  }

  /** How many records wait for their producer. */
  get producing(): number {
    return this.#waiting;
  }

  nameOf(index: number): string {
    return this.names[index % this.names.length] ?? '';
  }

  logsOf(topic: string): readonly PartitionLog[] {
    const { broker } = this.#options;
    return Array.from({ length: broker.partitionCount(topic) }, (_, partition) =>
      broker.log({ topic, partition }),
    ).filter((log) => log !== undefined);
  }

  begin(): void {
    const { broker, scenario, seed, clock } = this.#options;
    for (const [index, { partitions, firstOffset }] of scenario.topics.entries())
      broker.createTopic(this.nameOf(index), partitions, firstOffset);
    for (const planned of plannedRecords(scenario, seed)) {
      this.#waiting++;
      if (planned.atMs === 0) this.#produce(planned);
      else clock.after(planned.atMs, () => this.#produce(planned));
    }
  }

  /** Nothing can be produced. */
  producersWait(forMs: number): void {
    this.#waitUntilMs = Math.max(this.#waitUntilMs, this.#options.clock.mark() + forMs);
  }

  /** The clock of those who produce jumps. */
  jump(byMs: number): void {
    this.#offMs += byMs;
  }

  /** One more record in each partition: who has stopped reading one does not get away with it. */
  produceLast(): void {
    for (const { topic, partition } of this.logs) {
      const record = { id: `z${topic}.${partition}`, key: 'last', kind: 'subscribed', bytes: 10 } as const;
      const waitMs = Math.max(0, this.#producesAtMs(topic) - this.#options.clock.mark());
      this.#waiting++;
      this.#options.clock.after(waitMs, () => {
        this.#waiting--;
        this.#write({ topic, partition }, record);
      });
    }
  }

  /** Takes older records of keys that came again, as compaction does. */
  compact(topic: string, percent: number): void {
    const { broker, seed } = this.#options;
    // What compaction and a new log hide together, nobody can notice.
    if (this.renewed.has(topic)) return;
    for (const log of this.logsOf(topic)) {
      const newest = new Map(log.records.map(({ key, offset }) => [key?.toString(), offset]));
      broker.compact(log, (record) => {
        const superseded = record.key !== null && newest.get(record.key.toString()) !== record.offset;
        return superseded && draw(seed, `compacts ${idOf(record)}`) * 100 < percent;
      });
    }
  }

  /** Retention, by a share of what is there. */
  deleteOld(topic: string, percent: number): void {
    for (const log of this.logsOf(topic))
      this.#options.broker.deleteBelow(log, log.start + Math.floor(((log.end - log.start) * percent) / 100));
  }

  addPartitions(topic: string, count: number): void {
    this.#options.broker.addPartitions(topic, Math.min(count, mostPartitions - this.logsOf(topic).length));
  }

  /** Its partitions have new leaders, which do not show the newest offsets for a while. */
  newLeaders(topic: string, offsets: number, forMs: number): void {
    for (const log of this.logsOf(topic)) this.#options.broker.hideEnd(log, offsets, forMs);
  }

  /** Deletes the topic and makes it again, with so many new records in it at once. */
  reCreate(topic: string, offsets: 'deleted' | 'kept', records: number): void {
    const { broker, scenario, seed, emit, clock } = this.#options;
    const partitions = broker.partitionCount(topic);
    broker.deleteTopic(topic, offsets);
    broker.createTopic(topic, partitions);
    for (let partition = 0; partition < partitions; partition++) emit({ kind: 'log-started', topic, partition });
    this.renewed.add(topic, clock.mark());
    for (let index = 0; index < records; index++) {
      const record = simulatedRecord(`n${this.#made++}`, scenario.load, seed);
      this.#append(topic, index, record);
    }
  }

  #produce(planned: PlannedRecord): void {
    const { clock, broker } = this.#options;
    const topic = this.nameOf(planned.topic);
    const waitMs = this.#producesAtMs(topic) - clock.mark();
    if (waitMs > 0) {
      clock.after(waitMs, () => this.#produce(planned));
      return;
    }
    this.#waiting--;
    const partition = this.#append(topic, planned.spread, planned.record);
    if (planned.gapAfter) broker.skip({ topic, partition }, 1);
  }

  #append(topic: string, spread: number, record: SimulatedRecord): number {
    const partition = spread % this.#options.broker.partitionCount(topic);
    this.#write({ topic, partition }, record);
    return partition;
  }

  #write(partition: TopicPartition, record: SimulatedRecord): void {
    const { broker, clock } = this.#options;
    const encoded = encodeSimulated(partition.topic, record, clock.now() + this.#offMs);
    this.renewed.appended(broker.append(partition, encoded));
  }

  #producesAtMs(topic: string): number {
    return Math.max(this.renewed.producersWaitUntilMs(topic), this.#waitUntilMs);
  }
}
