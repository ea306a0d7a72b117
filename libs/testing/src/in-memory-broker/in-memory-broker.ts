import type { Clock, KafkaRecord } from '@millrace/messaging';
import { partitionKey, type TopicPartition } from '@millrace/messaging/membership';
import type { KafkaError, Reply } from './answer.ts';
import type { BrokerWatch } from './broker-watch.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import { answerFetch, type FetchedPart, type FetchRequest } from './fetch-answer.ts';
import type { Fate, Network, SentRequest } from './network.ts';
import { PartitionLog } from './partition-log.ts';

export interface InMemoryBrokerOptions {
  /** The world's time; a process has its own, see {@link MemberProcess}. */
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** One way, asked for each request and each answer. @default 1 to 5 ms */
  readonly latencyMs?: () => number;
  /** Asked for each request: what befalls it; undefined for nothing. @default nothing */
  readonly fate?: (request: SentRequest) => Fate | undefined;
  /** How many brokers share the partitions; a process has connections to each. @default 2 */
  readonly nodes?: number;
  readonly watch?: BrokerWatch;
  /** Told of each answer as a broker gives it, for a trace. */
  readonly answered?: (request: SentRequest, answer: KafkaError | 'value' | 'lost') => void;
}

/** From where to where a log goes, for readers. */
export interface LogRange {
  readonly start: number;
  readonly end: number;
}

/** A record to append. */
export type RecordToAppend = Pick<KafkaRecord, 'key' | 'value' | 'headers'>;

/**
 * Kafka in memory: logs, and groups with a coordinator as the classic protocol has it. All that happens takes its time from
 * one clock, and its chance from one source of randomness; the same in both is the same run.
 */
export class InMemoryBroker {
  readonly network: Network;
  readonly nodes: number;
  readonly #watch: BrokerWatch;
  readonly #topics = new Map<string, readonly PartitionLog[]>();
  readonly #groups = new Map<string, GroupCoordinator>();

  constructor(options: InMemoryBrokerOptions) {
    const { clock, random, nodes = 2, fate = () => undefined, watch = {}, answered } = options;
    const latencyMs = options.latencyMs ?? (() => 1 + Math.floor(5 * random()));
    this.network = { clock, random, latencyMs, fate, answered };
    this.nodes = nodes;
    this.#watch = watch;
  }

  createTopic(topic: string, partitions: number, firstOffset = 0): void {
    if (this.#topics.has(topic)) throw new Error(`topic ${topic} exists already`);
    this.#topics.set(
      topic,
      Array.from({ length: partitions }, (_, partition) => new PartitionLog({ topic, partition }, firstOffset)),
    );
  }

  /** Its records are gone; made again under the same name its offsets begin anew. What groups have stored for it may outlive it. */
  deleteTopic(topic: string, offsets: 'deleted' | 'kept'): void {
    for (const log of this.#topics.get(topic) ?? []) {
      for (const record of log.records) this.#watch.removed?.(record, 'topic deleted');
      log.delete();
    }
    this.#topics.delete(topic);
    if (offsets === 'deleted') for (const group of this.#groups.values()) group.offsets.deleteTopic(topic);
  }

  addPartitions(topic: string, count: number): void {
    const logs = this.#topics.get(topic) ?? [];
    const added = Array.from(
      { length: count },
      (_, index) => new PartitionLog({ topic, partition: logs.length + index }, 0),
    );
    this.#topics.set(topic, [...logs, ...added]);
  }

  /** 0 for a topic that is not there. */
  partitionCount(topic: string): number {
    return this.#topics.get(topic)?.length ?? 0;
  }

  /** Undefined where there is none. */
  log({ topic, partition }: TopicPartition): PartitionLog | undefined {
    return this.#topics.get(topic)?.[partition];
  }

  append(partition: TopicPartition, { key, value, headers }: RecordToAppend): KafkaRecord {
    const record = this.#existing(partition).append({ key, value, headers, timestampMs: this.network.clock.now() });
    this.#watch.appended?.(record);
    return record;
  }

  /** Adds offsets without a record, as control records and aborted transactions leave them. */
  skip(partition: TopicPartition, count: number): void {
    this.#existing(partition).skip(count);
  }

  compact(partition: TopicPartition, superseded: (record: KafkaRecord) => boolean): void {
    for (const record of this.#existing(partition).compact(superseded)) this.#watch.removed?.(record, 'compacted');
  }

  /** Retention. */
  deleteBelow(partition: TopicPartition, offset: number): void {
    for (const record of this.#existing(partition).deleteBelow(offset)) this.#watch.removed?.(record, 'retention');
  }

  /** The partition has a new leader, to which the last `offsets` offsets are not known to be safe for `forMs`. */
  hideEnd(partition: TopicPartition, offsets: number, forMs: number): void {
    const log = this.#existing(partition);
    log.hideFrom(Math.max(log.start, log.end - offsets));
    this.network.clock.after(forMs, () => log.hideFrom(Infinity));
  }

  group(name: string): GroupCoordinator {
    const known = this.#groups.get(name);
    if (known) return known;
    const created = new GroupCoordinator(name, this.network, this.#watch);
    this.#groups.set(name, created);
    return created;
  }

  /** The broker that leads a partition. */
  nodeOf({ partition }: TopicPartition): number {
    return partition % this.nodes;
  }

  /** A reader asks for records; it is answered as soon as there is something to say, or after its longest wait. */
  fetch(request: FetchRequest, reply: Reply<readonly FetchedPart[]>): void {
    answerFetch(request, (partition) => this.log(partition), this.network, reply);
  }

  readRange(partition: TopicPartition, reply: Reply<LogRange>): void {
    const log = this.log(partition);
    reply(log ? { value: { start: log.start, end: log.shownEnd } } : { error: 'UNKNOWN_TOPIC_OR_PARTITION' });
  }

  #existing(partition: TopicPartition): PartitionLog {
    const log = this.log(partition);
    if (!log) throw new Error(`there is no partition ${partitionKey(partition)}`);
    return log;
  }
}
