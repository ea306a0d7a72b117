import type { Commit, PartitionProgress, RecordSink, RecordSourceOptions } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import type {
  Batch,
  ConsumerCrashEvent,
  ConsumerGroupJoinEvent,
  ConsumerStartBatchProcessEvent,
  EachBatchPayload,
} from 'kafkajs';
import { Assignment, type Fetched, type FetchControl } from './assignment.ts';
import { CommitQueue, isUnknownMember } from './commit-queue.ts';
import { type GroupConsumer, openGroupConsumer } from './group-consumer.ts';
import { partitionKey, readGroupOffsets, readLogOffsets, type TopicPartition } from './group-offsets.ts';
import type { KafkaConnection } from './kafka-connection.ts';
import { protocolErrorOf, reasonOf } from './kafka-error.ts';
import { recordOf } from './kafka-message.ts';
import { type MemberIdentity, OffsetStore, type TopicCommits } from './offset-store.ts';
import type { KafkaLease } from './partition-lease.ts';
import { pause } from './pause.ts';

export interface GroupMemberOptions extends RecordSourceOptions {
  readonly connection: KafkaConnection;
  readonly sink: RecordSink;
  readonly log: Logger;
  /** The next epoch of a partition. */
  readonly nextEpoch: (partition: TopicPartition) => number;
}

const topicPollMs = 1_000;
const endOffsetsIntervalMs = 10_000;
/** Longer than a rebalance, in which there are no heartbeats. */
const silenceLimitMs = 30_000;
const leaveTimeoutMs = 4_000;

/**
 * One membership in a consumer group: a kafkajs consumer from its first connection until it is stopped, or fails in a way
 * from which kafkajs does not recover by itself. An outage of Kafka, of whatever length, is no such failure.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #group: GroupConsumer;
  readonly #offsets: OffsetStore;
  readonly #assignment: Assignment;
  readonly #commits = new CommitQueue({
    store: (topics) => this.#store(topics),
    metadataTooLarge: (lease) => this.#warnOfMetadata(lease),
  });
  #warnedOfMetadata = false;
  readonly #over = new AbortController();
  #missing: string | undefined = 'Kafka has not answered yet';
  #heardAtMs = 0;
  #joins = 0;
  #leaving = false;

  constructor(options: GroupMemberOptions) {
    const { connection, group, sink, log, nextEpoch } = options;
    this.#options = options;
    this.#group = openGroupConsumer(connection, group);
    this.#offsets = new OffsetStore(this.#group.cluster);
    const fetch = fetchControl(this.#group, group);
    const holder = {
      commit: (lease: KafkaLease, commit: Commit) => this.#commits.add(lease, commit),
      seek: fetch.seek,
      pause: fetch.pause,
      resume: fetch.resume,
    };
    this.#assignment = new Assignment({ sink, fetch, holder, nextEpoch, log });
  }

  get hasJoined(): boolean {
    return this.#joins > 0;
  }

  /** Undefined while in the group, else what is missing. */
  notReady(): string | undefined {
    if (this.#missing) return this.#missing;
    const silentMs = Date.now() - this.#heardAtMs;
    return silentMs > silenceLimitMs ? `Kafka has not answered for ${Math.round(silentMs / 1_000)} s` : undefined;
  }

  progress(): readonly PartitionProgress[] {
    return this.#assignment.leases.map(({ topic, partition, endOffset }) => ({ topic, partition, endOffset }));
  }

  /** Resolves when the membership is over; never rejects. */
  async run(): Promise<void> {
    const { consumer } = this.#group;
    this.#listen();
    try {
      await consumer.connect();
      for (const topic of this.#options.topics) await this.#subscribe(topic);
      this.#missing = 'joining the group';
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: true,
        partitionsConsumedConcurrently: 1,
        eachBatch: (payload) => this.#eachBatch(payload),
      });
      await this.#followEndOffsets();
    } catch (error) {
      if (!this.#over.signal.aborted) this.#options.log.error({ reason: reasonOf(error) }, 'consumer failed');
    } finally {
      this.#out(this.#missing ?? 'not in the group');
      if (!this.#leaving) this.#group.close();
    }
  }

  /** Leases end; the member leaves the group. */
  async stop(): Promise<void> {
    this.#leaving = true;
    this.#over.abort();
    this.#out('stopped');
    await this.#group.leave(leaveTimeoutMs);
  }

  #listen(): void {
    const { consumer } = this.#group;
    consumer.on('consumer.group_join', ({ payload }) => this.#joined(payload));
    consumer.on('consumer.heartbeat', ({ payload }) => this.#heartbeat(payload));
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
  }

  #joined({ memberId, memberAssignment }: ConsumerGroupJoinEvent['payload']): void {
    if (this.#over.signal.aborted) return;
    this.#joins++;
    this.#offsets.joined();
    this.#missing = undefined;
    this.#heardAtMs = Date.now();
    const partitions = Object.entries(memberAssignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    this.#assignment.joined(memberId, partitions);
    this.#options.log.info({ partitions: partitions.map(partitionKey) }, 'joined the group');
  }

  #heartbeat(identity: MemberIdentity): void {
    this.#heardAtMs = Date.now();
    this.#offsets.heartbeat(identity);
  }

  #crashed({ error, restart }: ConsumerCrashEvent['payload']): void {
    if (this.#over.signal.aborted) return;
    this.#out(`rejoining the group after: ${reasonOf(error)}`);
    this.#options.log.warn({ reason: reasonOf(error) }, 'consumer lost its place in the group; it joins again');
    if (!restart) this.#over.abort();
  }

  #out(missing: string): void {
    this.#missing = missing;
    this.#offsets.left();
    this.#assignment.endAll();
  }

  /** Only hands over: while it runs, kafkajs reads nothing from that broker and sends no heartbeat. */
  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#offsets.batch(payload);
    const batch: Batch & { readonly fetchedOffset?: string } = payload.batch;
    this.#deliver({
      topic: batch.topic,
      partition: batch.partition,
      fetchedFrom: batch.fetchedOffset === undefined ? undefined : Number(batch.fetchedOffset),
      firstOffset: Number(batch.firstOffset() ?? batch.lastOffset()),
      lastOffset: Number(batch.lastOffset()),
      endOffset: Number(batch.highWatermark),
      records: batch.messages.map((message) => recordOf(batch, message)),
    });
  }

  /** A batch of which nothing can be seen (aborted, control records) never comes to `eachBatch`, but moves the position. */
  #hiddenBatch(payload: ConsumerStartBatchProcessEvent['payload']): void {
    if (payload.batchSize > 0 || this.#over.signal.aborted) return;
    const first: string | null = payload.firstOffset;
    this.#deliver({
      topic: payload.topic,
      partition: payload.partition,
      fetchedFrom: undefined,
      firstOffset: Number(first ?? payload.lastOffset),
      lastOffset: Number(payload.lastOffset),
      endOffset: Number(payload.highWatermark),
      records: [],
    });
  }

  /**
   * What the consumer fails to take counts as delivered already, and must not stay so. kafkajs fetches again after most
   * errors, but gives up at once after a TypeError: then the leases end, and a new member begins at what is committed.
   */
  #deliver(fetched: Fetched): void {
    try {
      this.#assignment.deliver(fetched);
    } catch (error) {
      this.#options.log.error({ err: error }, 'consumer failed to take records');
      throw new TypeError(reasonOf(error), { cause: error });
    }
  }

  /** Once: it is the broker's setting. */
  #warnOfMetadata({ topic, partition }: KafkaLease): void {
    const level = this.#warnedOfMetadata ? 'debug' : 'warn';
    this.#options.log[level](
      { topic, partition },
      'offset.metadata.max.bytes of the brokers is below its default of 4096: what is done out of order is not stored',
    );
    this.#warnedOfMetadata = true;
  }

  async #store(topics: TopicCommits[]): Promise<void> {
    try {
      await this.#offsets.store(topics);
    } catch (error) {
      if (isUnknownMember(error)) this.#assignment.endAll();
      throw error;
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
    const { leases } = this.#assignment;
    if (leases.length === 0) return;
    const ends = await readLogOffsets(this.#group.cluster, leases, 'end');
    for (const lease of leases) lease.endOffset = ends.get(partitionKey(lease)) ?? lease.endOffset;
  }
}

/**
 * Between a crash of kafkajs' consumer and its restart these throw. What was wished then is void: the leases have ended,
 * and the restarted consumer knows nothing of pauses and positions.
 */
function fetchControl({ consumer, cluster }: GroupConsumer, group: string): FetchControl {
  const wish = (action: () => void) => {
    try {
      action();
    } catch {
      // see above
    }
  };
  const named = ({ topic, partition }: TopicPartition) => [{ topic, partitions: [partition] }];
  return {
    pause: (partition) => wish(() => consumer.pause(named(partition))),
    resume: (partition) => wish(() => consumer.resume(named(partition))),
    seek: ({ topic, partition }, offset) => wish(() => consumer.seek({ topic, partition, offset: `${offset}` })),
    readOffsets: (partitions) => readGroupOffsets(cluster, group, partitions),
  };
}
