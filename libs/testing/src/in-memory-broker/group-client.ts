import type { Answer, KafkaError, Reply, TopicPartition } from './answer.ts';
import { ClientFetcher, type FetchedBatch } from './client-fetcher.ts';
import type { ClientOptions } from './client-options.ts';
import { ClientPositions } from './client-positions.ts';
import { Connection } from './connection.ts';
import type { Assignments, MemberIdentity, OffsetToStore } from './group-coordinator.ts';
import type { Joined, JoinedMember } from './group-member.ts';
import type { Api } from './network.ts';
import { type Claims, encodeClaims, withholdingAssignor } from './withholding-assignor.ts';

/** What the client tells its owner. */
export interface ClientListener {
  /** It is about to join: what is still held? */
  claims(): Claims;
  /** A new generation. Positions are wrong from now on, and answers from before may still come. */
  joined(assigned: readonly TopicPartition[]): void;
  /** The coordinator has confirmed the membership at `sentMs` or later. */
  confirmed(sentMs: number): void;
  /** The coordinator does not know the member: all it held may be another's. */
  forgotten(): void;
  batch(batch: FetchedBatch): void;
}

/** The broker that keeps the group. */
export const coordinatorNode = 0;

const retryMs = 300;
/** Of kafkajs's `commitOffsets`. */
const commitAttempts = 5;

/**
 * A member of a group as kafkajs 2.2.4 has it, traps included: a join does not stop the fetchers, what they had asked for
 * before is handed over after it and moves the positions, those go back to the commits at each join, and a commit is
 * repeated under whatever generation there is by then, for whatever partition.
 */
export class GroupClient {
  readonly positions: ClientPositions;
  /** To each broker, for all but fetches. */
  readonly #connections: readonly Connection[];
  readonly #options: ClientOptions;
  readonly #listener: ClientListener;
  readonly #fetchers: readonly ClientFetcher[];
  #identity: MemberIdentity = nobody;
  #requests = 0;
  #joins = 0;
  #rejoinWanted = false;
  #endPause: (() => void) | undefined;
  #stopped = false;
  #partitionsKnown = '';
  #metadataMs = 0;

  constructor(options: ClientOptions, listener: ClientListener) {
    const { broker, group, process, requestTimeoutMs } = options;
    this.#options = options;
    this.#listener = listener;
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

  start(): void {
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

  /** Sends a request that is no fetch to the broker `node`. */
  ask<Value>(node: number, api: Api, handle: (reply: Reply<Value>) => void): Promise<Answer<Value>> {
    const connection = this.#connections[node];
    if (!connection) throw new Error(`there is no broker ${node}`);
    return connection.request(api, handle);
  }

  /** Repeated where it fails, each time under the generation of that time. */
  async commit(offsets: readonly OffsetToStore[], attempts = commitAttempts): Promise<KafkaError | undefined> {
    const { broker, group } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const identity = this.#identity;
      const { error } = await this.#askCoordinator<undefined>('commit', (reply) =>
        broker.group(group).commit(identity, offsets, reply),
      );
      if (!error || attempt === attempts) return error;
      await this.#after(retryMs);
    }
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
    return withholdingAssignor(members, partitions);
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

  #askCoordinator<Value>(api: Api, handle: (reply: Reply<Value>) => void): Promise<Answer<Value>> {
    return this.ask(coordinatorNode, api, handle);
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
    this.#listener.batch(batch);
  }

  #reset({ topic, partition }: TopicPartition): void {
    const { broker, outOfRange } = this.#options;
    this.positions.move({ topic, partition }, broker.log({ topic, partition })?.start ?? 0);
    if (outOfRange === 'commits-oldest') void this.commit([{ topic, partition, offset: -2, metadata: '' }]);
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
