import type { Commit } from '@millrace/messaging';
import {
  type Assignments,
  cooperativeAssignor,
  encodeClaims,
  type GroupClient,
  type GroupClientListener,
  type JoinedMember,
  type OffsetToStore,
  type PartitionOffsets,
  type StoreAnswer,
  type TopicPartition,
} from '@millrace/messaging/membership';
import { type Answer, type KafkaError, type Reply, storeAnswer } from './answer.ts';
import { ClientFetcher, type FetchedBatch } from './client-fetcher.ts';
import type { ClientOptions } from './client-options.ts';
import { ClientPositions } from './client-positions.ts';
import { Connection } from './connection.ts';
import type { MemberIdentity } from './group-coordinator.ts';
import type { Joined } from './group-member.ts';
import type { LogRange } from './in-memory-broker.ts';
import type { Api } from './network.ts';
import { nobodyListens } from './nobody-listens.ts';

/** The broker that keeps the group. */
const coordinatorNode = 0;

const retryMs = 300;

/**
 * A member of a group as kafkajs 2.2.4 has it, traps included: a join does not stop the fetchers, what they had asked for
 * before is handed over after it and moves the positions, those go back to the commits at each join, and a commit is
 * repeated under whatever generation there is by then, for whatever partition.
 */
export class InMemoryClient implements GroupClient {
  readonly positions: ClientPositions;
  /** To each broker, for all but fetches. */
  readonly #connections: readonly Connection[];
  readonly #options: ClientOptions;
  readonly #fetchers: readonly ClientFetcher[];
  #identity: MemberIdentity = nobody;
  #requests = 0;
  #joins = 0;
  #rejoinWanted = false;
  #endPause: (() => void) | undefined;
  #stopped = false;
  #partitionsKnown = '';
  #metadataMs = 0;

  /** Whom it tells; set when it starts. */
  #listener: GroupClientListener = nobodyListens;

  constructor(options: ClientOptions) {
    const { broker, group, process, requestTimeoutMs } = options;
    this.#options = options;
    this.positions = new ClientPositions(broker, group);
    const nodes = Array.from({ length: broker.nodes }, (_, node) => node);
    const connect = (node: number) =>
      new Connection({ network: broker.network, process, node, timeoutMs: requestTimeoutMs });
    this.#connections = nodes.map(connect);
    this.#fetchers = nodes.map((node) => new ClientFetcher(node, options, this.#fetcherPorts(connect(node))));
  }

  /** How many fetches were sent: of each batch it is known whether it was asked for before a moment or after it. */
  get requests(): number {
    return this.#requests;
  }

  get inGroup(): boolean {
    return this.#identity !== nobody;
  }

  start(listener: GroupClientListener): void {
    this.#listener = listener;
    void this.#stayInGroup();
    for (const fetcher of this.#fetchers) void fetcher.run();
  }

  /** Joins the group again as soon as that can be. */
  rejoin(): void {
    this.#rejoinWanted = true;
    this.#endPause?.();
  }

  seek(partition: TopicPartition, offset: number): void {
    this.positions.seek(partition, offset);
    this.#wake();
  }

  pause(partition: TopicPartition): void {
    this.positions.pause(partition);
  }

  resume(partition: TopicPartition): void {
    this.positions.resume(partition);
    this.#wake();
  }

  partitionCount(topic: string): number {
    return this.#options.broker.partitionCount(topic);
  }

  /** Where it fails it is repeated as often as the options say, each time under the generation of that time. */
  async store(offsets: readonly OffsetToStore[]): Promise<StoreAnswer> {
    const { broker, group, commitAttempts } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const identity = this.#identity;
      const { error } = await this.#askCoordinator<undefined>('commit', (reply) =>
        broker.group(group).commit(identity, offsets, reply),
      );
      if (!error) return 'stored';
      if (attempt >= commitAttempts) return storeAnswer(error);
      await this.#after(retryMs);
    }
  }

  async readOffsets(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffsets[]> {
    const read = await Promise.all(partitions.map((partition) => this.#readOffsetsOf(partition)));
    return read.filter((offsets) => offsets !== undefined);
  }

  /** Nothing is read and nothing is heard any more; resolves when the group knows, or cannot be told. */
  async leave(): Promise<void> {
    const { broker, group } = this.#options;
    const { memberId } = this.#identity;
    this.#stopped = true;
    for (const fetcher of this.#fetchers) fetcher.stop();
    this.#wake();
    this.#endPause?.();
    if (memberId !== '')
      await this.#askCoordinator<undefined>('leave', (reply) => broker.group(group).leave(memberId, reply));
  }

  async #stayInGroup(): Promise<void> {
    while (!this.#stopped) {
      if (await this.#join()) await this.#beatUntilRejoin();
      else await this.#sleep(retryMs);
    }
  }

  async #join(): Promise<boolean> {
    const joined = await this.#askToJoin();
    if (joined.error) return this.#refused(joined.error);
    const { memberId, generation, leader, members } = joined.value;
    // From here on commits pass as of the new generation, although nobody knows yet what is whose in it.
    this.#identity = { memberId, generation };
    const sentMs = this.#markMs();
    const synced = await this.#sync(leader ? this.#share(members) : noAssignments);
    if (synced.error) return this.#refused(synced.error);
    if (this.#stopped) return false;
    this.#listener.confirmed(sentMs);
    this.positions.assign(synced.value);
    this.#listener.joined(synced.value);
    this.#wake();
    return true;
  }

  #askToJoin(): Promise<Answer<Joined>> {
    const { broker, group, process, topics, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options;
    this.#rejoinWanted = false;
    this.#partitionsKnown = this.#partitions();
    const userData = encodeClaims(this.#listener.claims(), ++this.#joins);
    const profile = { client: process.name, topics, userData, sessionTimeoutMs, rebalanceTimeoutMs };
    const { memberId } = this.#identity;
    return this.#askCoordinator('join', (reply) => broker.group(group).join(memberId, profile, reply));
  }

  #sync(assignments: Assignments): Promise<Answer<readonly TopicPartition[]>> {
    const { broker, group } = this.#options;
    const identity = this.#identity;
    return this.#askCoordinator('sync', (reply) => broker.group(group).sync(identity, assignments, reply));
  }

  #share(members: readonly JoinedMember[]): Assignments {
    const { broker, topics } = this.#options;
    const partitions = topics.flatMap((topic) =>
      Array.from({ length: broker.partitionCount(topic) }, (_, partition) => ({ topic, partition })),
    );
    return cooperativeAssignor(members, partitions);
  }

  async #beatUntilRejoin(): Promise<void> {
    const { broker, group, heartbeatIntervalMs } = this.#options;
    while (!this.#stopped) {
      if (!this.#rejoinWanted) await this.#sleep(heartbeatIntervalMs);
      if (this.#rejoinWanted || this.#stopped || this.#partitionsChanged()) return;
      const identity = this.#identity;
      const sentMs = this.#markMs();
      const { error } = await this.#askCoordinator<undefined>('heartbeat', (reply) =>
        broker.group(group).heartbeat(identity, reply),
      );
      if (!error) this.#listener.confirmed(sentMs);
      else if (endsGeneration.has(error)) return void this.#refused(error);
    }
  }

  #refused(error: KafkaError): false {
    if (error !== 'UNKNOWN_MEMBER_ID') return false;
    this.#identity = nobody;
    this.#listener.forgotten();
    return false;
  }

  /** Looked at from time to time only. */
  #partitionsChanged(): boolean {
    if (this.#markMs() - this.#metadataMs < this.#options.metadataMaxAgeMs) return false;
    this.#metadataMs = this.#markMs();
    return this.#partitions() !== this.#partitionsKnown;
  }

  #partitions(): string {
    return this.#options.topics.map((topic) => this.#options.broker.partitionCount(topic)).join();
  }

  async #readOffsetsOf({ topic, partition }: TopicPartition): Promise<PartitionOffsets | undefined> {
    const { broker, group } = this.#options;
    const place = { topic, partition };
    const [stored, range] = await Promise.all([
      this.#askCoordinator<Commit | undefined>('offsets', (reply) => broker.group(group).readOffset(place, reply)),
      this.#ask<LogRange>(broker.nodeOf(place), 'ends', (reply) => broker.readRange(place, reply)),
    ]);
    if (stored.error || range.error) return undefined;
    const { start, end } = range.value;
    return { ...place, stored: stored.value, logStart: start, logEnd: end, logId: `${topic} ${partition}` };
  }

  #ask<Value>(node: number, api: Api, handle: (reply: Reply<Value>) => void): Promise<Answer<Value>> {
    const connection = this.#connections[node];
    if (!connection) throw new Error(`there is no broker ${node}`);
    return connection.request(api, handle);
  }

  #askCoordinator<Value>(api: Api, handle: (reply: Reply<Value>) => void): Promise<Answer<Value>> {
    return this.#ask(coordinatorNode, api, handle);
  }

  #fetcherPorts(connection: Connection): ConstructorParameters<typeof ClientFetcher>[2] {
    return {
      connection,
      positions: this.positions,
      nextRequest: () => ++this.#requests,
      handOver: (batch) => this.#handOver(batch),
      pause: (ms) => this.#after(ms),
    };
  }

  #handOver(batch: FetchedBatch): void {
    if (batch.error === 'OFFSET_OUT_OF_RANGE') this.#reset(batch);
    if (batch.error)
      return this.#listener.failed(batch, batch.error === 'OFFSET_OUT_OF_RANGE' ? 'out-of-range' : 'not-there');
    const { topic, partition, fetchedFrom, coveredTo, endOffset, records, request } = batch;
    const firstOffset = records[0]?.offset ?? fetchedFrom;
    const lastOffset = coveredTo - 1;
    this.#listener.fetched({ topic, partition, fetchedFrom, firstOffset, lastOffset, endOffset, records, request });
  }

  #reset({ topic, partition }: TopicPartition): void {
    const { broker, outOfRange } = this.#options;
    this.positions.move({ topic, partition }, broker.log({ topic, partition })?.start ?? 0);
    if (outOfRange === 'commits-oldest') void this.store([{ topic, partition, offset: -2, metadata: '', epoch: 0 }]);
  }

  #wake(): void {
    for (const fetcher of this.#fetchers) fetcher.wake();
  }

  #markMs(): number {
    return this.#options.process.clock.mark();
  }

  #after(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.process.clock.after(ms, resolve));
  }

  /** Ended early when the client is to join again, or stops. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const forget = this.#options.process.clock.after(ms, resolve);
      this.#endPause = () => {
        forget();
        resolve();
      };
    });
  }
}

const nobody: MemberIdentity = { memberId: '', generation: -1 };
const noAssignments: Assignments = new Map();
/** Answers to a heartbeat after which there is no way on but to join again. */
const endsGeneration: ReadonlySet<KafkaError> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
]);
