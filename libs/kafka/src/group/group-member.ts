import type { Clock, RecordSink, RecordSourceOptions } from '@millrace/messaging';
import {
  type Fetched,
  type GroupLease,
  LeaseTable,
  partitionKey,
  type PartitionOffsets,
} from '@millrace/messaging/membership';
import type { Logger } from '@millrace/telemetry';
import type {
  ConsumerCrashEvent,
  ConsumerGroupJoinEvent,
  ConsumerStartBatchProcessEvent,
  EachBatchPayload,
} from 'kafkajs';
import { fetchedOf, fetchedUnseen } from './fetched.ts';
import { followReplays, type FollowReplaysOptions, subscribeToReplays } from './follow-replays.ts';
import { type GroupConsumer, openGroupConsumer } from './group-consumer.ts';
import { readLogOffsets } from './group-offsets.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { protocolErrorOf, reasonOf } from '../connection/kafka-error.ts';
import { KafkajsClient } from './kafkajs-client.ts';
import { leaseTableLog } from './lease-table-log.ts';
import { MemberWatch } from './member-watch.ts';
import { type MemberIdentity, OffsetStore } from './offset-store.ts';
import { aborted, pause } from '../connection/pause.ts';
import type { Pulse } from './pulse.ts';
import type { RecordSourceSettings } from '../source/record-source-settings.ts';
import { type Refusal, refusalOf } from './refusal.ts';

export interface GroupMemberOptions extends RecordSourceOptions {
  readonly connection: KafkaConnection;
  readonly settings: RecordSourceSettings;
  readonly sink: RecordSink;
  readonly log: Logger;
  readonly clock: Clock;
  readonly pulse: Pulse;
  /** The newest epoch of each partition. */
  readonly epochs: Map<string, number>;
}

const topicPollMs = 1_000;
const endOffsetsIntervalMs = 10_000;
const leaveTimeoutMs = 4_000;

/**
 * One membership in a consumer group: a kafkajs consumer from its first connection until it is stopped, or fails in a way
 * from which kafkajs does not recover by itself. An outage of Kafka, of whatever length, is no such failure.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #group: GroupConsumer;
  readonly #offsets: OffsetStore;
  readonly #table: LeaseTable;
  readonly #watch: MemberWatch;
  readonly #over = new AbortController();
  #missing: string | undefined = 'Kafka has not answered yet';
  #memberId: string | undefined;
  /** When it last asked to join. */
  #askedMs = 0;
  /** When the coordinator was last heard of: what it answers next was sent after that. */
  #heardMs = 0;
  #hasJoined = false;
  #isRefused = false;
  /** How many partitions the group has given it. */
  #assigned = 0;
  #leaving = false;

  constructor(options: GroupMemberOptions) {
    const { connection, group: groupId, settings, sink, log, clock, epochs, pulse } = options;
    this.#options = options;
    this.#group = openGroupConsumer({
      ...settings,
      connection,
      groupId,
      claims: () => {
        this.#askedMs = clock.mark();
        return this.#table.claims();
      },
      outOfRange: (partition) => this.#table.failed(partition, 'out-of-range'),
    });
    this.#offsets = new OffsetStore(this.#group.coordinator);
    const client = new KafkajsClient(this.#group, groupId, this.#offsets);
    this.#table = new LeaseTable({ ...settings, clock, client, sink, epochs, log: leaseTableLog(log) });
    this.#watch = new MemberWatch({
      connection,
      settings,
      clock,
      log,
      pulse,
      leases: () => this.#table.leases,
      hopeless: () => this.#over.abort(),
    });
  }

  /** Whether it got anywhere, so that another attempt is worth while at once. */
  get hasWorked(): boolean {
    return this.#hasJoined && !this.#isRefused;
  }

  get leases(): readonly GroupLease[] {
    return this.#table.leases;
  }

  /** Ours, but not read yet: keys may have moved there from partitions that are not done. */
  get withheld(): readonly PartitionOffsets[] {
    return this.#table.withheld;
  }

  /** Undefined while in the group, else what is missing. */
  notReady(): string | undefined {
    return this.#missing ?? this.#watch.silence();
  }

  /** Resolves when the membership is over; never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#over;
    this.#listen();
    void this.#watch.run(signal);
    void this.#followEndOffsets();
    this.#join()
      .then(() => followReplays(this.#replays))
      .catch((error: unknown) => this.#failed(error));
    await aborted(signal);
    this.#out(this.#missing ?? 'not in the group');
    if (!this.#leaving) this.#group.close();
  }

  /** Leases end; the member leaves the group. */
  async stop(): Promise<void> {
    this.#leaving = true;
    this.#over.abort();
    this.#out('stopped');
    await this.#group.leave(leaveTimeoutMs);
  }

  /** kafkajs says that it runs when it has tried to join. */
  async #join(): Promise<void> {
    const { consumer } = this.#group;
    await consumer.connect();
    for (const topic of this.#options.topics) await this.#subscribe(topic);
    await subscribeToReplays(consumer, this.#replays);
    this.#missing = 'joining the group';
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      partitionsConsumedConcurrently: 1,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
  }

  get #replays(): FollowReplaysOptions {
    const { connection, log, settings, replays = new Map<string, string>() } = this.#options;
    const [{ cluster }, topics, { signal }] = [this.#group, [...replays.keys()], this.#over];
    return { connection, cluster, topics, lookEveryMs: settings.metadataMaxAgeMs, log, signal };
  }

  #failed(error: unknown): void {
    if (!this.#over.signal.aborted) this.#options.log.error({ reason: reasonOf(error) }, 'consumer failed');
    this.#over.abort();
  }

  #listen(): void {
    const { consumer } = this.#group;
    consumer.on('consumer.group_join', ({ payload }) => this.#joined(payload));
    consumer.on('consumer.heartbeat', ({ payload }) => this.#heartbeat(payload));
    consumer.on('consumer.network.request', ({ payload }) => this.#answered(payload.apiName));
    consumer.on('consumer.start_batch_process', ({ payload }) => this.#hiddenBatch(payload));
    consumer.on('consumer.stop', () => this.#out('rejoining the group'));
    consumer.on('consumer.crash', ({ payload }) => this.#crashed(payload));
  }

  async #subscribe(topic: string): Promise<void> {
    while (!this.#over.signal.aborted) {
      try {
        await this.#group.consumer.subscribe({ topic, fromBeginning: true });
        return;
      } catch (error) {
        this.#waitFor(topic, error);
      }
      await pause(topicPollMs, this.#over.signal);
    }
  }

  #waitFor(topic: string, error: unknown): void {
    const absent = protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
    const missing = absent ? `topic ${topic} does not exist yet` : `topic ${topic}: ${reasonOf(error)}`;
    if (missing !== this.#missing) this.#options.log.warn(`${missing}; waiting for it`);
    this.#missing = missing;
    this.#options.pulse.heard();
  }

  /** A member id other than before means that the group had given us up meanwhile: nothing is kept then. */
  #joined({ memberId, memberAssignment }: ConsumerGroupJoinEvent['payload']): void {
    if (this.#over.signal.aborted) return;
    if (memberId !== this.#memberId) this.#table.endAll();
    this.#memberId = memberId;
    this.#hasJoined = true;
    this.#offsets.joined();
    this.#missing = undefined;
    this.#heardMs = this.#options.clock.mark();
    const partitions = Object.entries(memberAssignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    this.#assigned = partitions.length;
    this.#table.confirmed(this.#askedMs);
    this.#table.joined(partitions);
    this.#options.log.info({ partitions: partitions.map(partitionKey) }, 'joined the group');
  }

  /** What this one answers was sent after the one before. */
  #heartbeat(identity: MemberIdentity): void {
    this.#table.confirmed(this.#heardMs);
    this.#heardMs = this.#options.clock.mark();
    this.#offsets.heartbeat(identity);
  }

  /** A fetch is what must be answered; while none is sent, a heartbeat is. */
  #answered(api: string): void {
    if (api === 'Fetch' || (api === 'Heartbeat' && this.#isResting)) this.#options.pulse.heard();
  }

  /** Whether nothing is asked for, since all is paused or nothing is ours: then kafkajs only sends heartbeats. */
  get #isResting(): boolean {
    const { leases, withheld } = this.#table;
    return leases.length + withheld.length >= this.#assigned && !leases.some(({ flowing }) => flowing);
  }

  #crashed({ error, restart }: ConsumerCrashEvent['payload']): void {
    if (this.#over.signal.aborted) return;
    const refusal = refusalOf(error, this.#options.group);
    if (refusal) return this.#refused(refusal);
    this.#out(`rejoining the group after: ${reasonOf(error)}`);
    this.#options.log.warn({ reason: reasonOf(error) }, 'consumer lost its place in the group; it joins again');
    // A topic of replays that was deleted must not keep the others waiting until it is there again: a new member does without.
    const isGone = protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION' && this.#replays.topics.length > 0;
    if (!restart || isGone) this.#over.abort();
  }

  /** For as long as somebody does nothing about it; the next membership tries again. */
  #refused({ what, meanwhile }: Refusal): void {
    this.#out(what);
    this.#options.log.error(`${what}; ${meanwhile}`);
    this.#options.pulse.heard();
    this.#isRefused = true;
    this.#over.abort();
  }

  #out(missing: string): void {
    this.#missing = missing;
    this.#offsets.left();
    this.#table.endAll();
  }

  /** Only hands over: while it runs, kafkajs reads nothing from that broker and sends no heartbeat. */
  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#offsets.batch(payload);
    this.#deliver(fetchedOf(payload.batch));
  }

  #hiddenBatch(payload: ConsumerStartBatchProcessEvent['payload']): void {
    if (payload.batchSize === 0 && !this.#over.signal.aborted) this.#deliver(fetchedUnseen(payload));
  }

  /**
   * What the consumer fails to take counts as delivered already, and must not stay so. kafkajs fetches again after most
   * errors, but gives up at once after a TypeError: then the leases end, and a new member begins at what is committed.
   */
  #deliver(fetched: Fetched): void {
    try {
      this.#table.fetched(fetched);
    } catch (error) {
      this.#options.log.error({ err: error }, 'consumer failed to take records');
      throw new TypeError(reasonOf(error), { cause: error });
    }
  }

  /** Until the membership is over. Fetches tell the end of a partition only with records in it. */
  async #followEndOffsets(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await pause(endOffsetsIntervalMs, this.#over.signal);
      await this.#readEndOffsets().catch((error: unknown) => {
        this.#options.log.debug({ reason: reasonOf(error) }, 'end offsets could not be read');
      });
    }
  }

  async #readEndOffsets(): Promise<void> {
    const { leases } = this.#table;
    if (leases.length === 0) return;
    const ends = await readLogOffsets(this.#group.cluster, leases, 'end');
    for (const lease of leases) lease.endOffset = ends.get(partitionKey(lease)) ?? lease.endOffset;
  }
}
