import { deadLetterTopicOf, ServiceError } from '@millrace/messaging';
import type { Admin, ITopicMetadata } from 'kafkajs';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { reasonOf, rootCauseOf } from '../connection/kafka-error.ts';
import { pause } from '../connection/pause.ts';
import { withAdmin } from '../connection/with-admin.ts';

/** A topic that must exist, and the consumer groups that read it. */
export interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly groups: readonly string[];
}

export interface EnsureTopicsOptions {
  /** @default 3, or the number of brokers where there are fewer */
  readonly replicationFactor?: number;
  /** How long to wait until the partitions have leaders. @default 30_000 */
  readonly timeoutMs?: number;
}

/** One topic as it is now. */
export interface EnsuredTopic {
  readonly name: string;
  readonly partitions: number;
  readonly state: 'created' | 'existed' | 'has fewer partitions than asked for';
}

const usualReplicationFactor = 3;
const leaderPollMs = 200;
const noLeader = -1;

/**
 * Makes the topics that do not exist yet, with a dead-letter topic for each of their groups, and waits until they can be
 * written. What exists is left as it is: adding partitions would move keys to others. May run many times, also at once.
 * Rejects with `BROKER_UNAVAILABLE`, saying which topic could not be made and why.
 */
export async function ensureTopics(
  connection: KafkaConnection,
  topics: readonly WantedTopic[],
  options: EnsureTopicsOptions = {},
): Promise<readonly EnsuredTopic[]> {
  const wanted = topics.flatMap(withDeadLetterTopics);
  try {
    return await withAdmin(connection, (admin) => ensureAll(admin, wanted, options));
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('BROKER_UNAVAILABLE', `topics could not be made: ${reasonOf(error)}`, { cause: error });
  }
}

/** A topic by itself. */
export type PlainTopic = Pick<WantedTopic, 'name' | 'partitions'>;

/** The group's dead-letter topic has as many partitions as the topic, so that its keys keep their order there. */
export function deadLetterTopic({ name, partitions }: PlainTopic, group: string): PlainTopic {
  return { name: deadLetterTopicOf(name, group), partitions };
}

function withDeadLetterTopics({ name, partitions, groups }: WantedTopic): PlainTopic[] {
  const topic = { name, partitions };
  return [topic, ...groups.map((group) => deadLetterTopic(topic, group))];
}

async function ensureAll(
  admin: Admin,
  wanted: readonly PlainTopic[],
  { replicationFactor, timeoutMs = 30_000 }: EnsureTopicsOptions,
): Promise<readonly EnsuredTopic[]> {
  const created = await createMissing(admin, wanted, replicationFactor ?? (await affordableReplication(admin)));
  const existing = await withLeaders(admin, wanted, Date.now() + timeoutMs);
  return wanted.map((topic) => describeTopic(topic, existing, created));
}

async function affordableReplication(admin: Admin): Promise<number> {
  const { brokers } = await admin.describeCluster();
  return Math.min(usualReplicationFactor, brokers.length);
}

async function createMissing(
  admin: Admin,
  wanted: readonly PlainTopic[],
  replicationFactor: number,
): Promise<ReadonlySet<string>> {
  const existing = new Set(await admin.listTopics());
  const created = new Set<string>();
  for (const { name, partitions } of wanted) {
    if (existing.has(name)) continue;
    if (await createTopic(admin, name, partitions, replicationFactor)) created.add(name);
  }
  return created;
}

/** False where somebody else was faster. */
async function createTopic(
  admin: Admin,
  topic: string,
  numPartitions: number,
  replicationFactor: number,
): Promise<boolean> {
  try {
    return await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions, replicationFactor }] });
  } catch (error) {
    const why = `${refusal(error)} (${numPartitions} partitions, replication factor ${replicationFactor})`;
    throw new ServiceError('BROKER_UNAVAILABLE', `topic ${topic} could not be created: ${why}`, { cause: error });
  }
}

/** kafkajs wraps what the broker says about each topic once more. */
function refusal(error: unknown): string {
  const root = rootCauseOf(error);
  const perTopic: unknown = root instanceof Error && 'errors' in root ? root.errors : undefined;
  return reasonOf(Array.isArray(perTopic) ? perTopic[0] : root);
}

async function withLeaders(
  admin: Admin,
  wanted: readonly PlainTopic[],
  deadlineMs: number,
): Promise<ReadonlyMap<string, ITopicMetadata>> {
  const names = wanted.map(({ name }) => name);
  for (;;) {
    const answer = await readTopics(admin, names);
    const waitingFor = names.filter((name) => !hasLeaders(answer.topics.get(name)));
    if (waitingFor.length === 0) return answer.topics;
    if (Date.now() > deadlineMs) {
      throw new ServiceError('BROKER_UNAVAILABLE', `no leader yet for ${waitingFor.join(', ')}`, answer);
    }
    await pause(leaderPollMs);
  }
}

/** Empty, with the cause, while a topic that was just created is not known everywhere. */
async function readTopics(
  admin: Admin,
  names: string[],
): Promise<{ readonly topics: ReadonlyMap<string, ITopicMetadata>; readonly cause?: unknown }> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    return { topics: new Map(topics.map((topic) => [topic.name, topic])) };
  } catch (cause) {
    return { topics: new Map(), cause };
  }
}

function hasLeaders(topic: ITopicMetadata | undefined): boolean {
  return topic !== undefined && topic.partitions.every(({ leader }) => leader !== noLeader);
}

function describeTopic(
  { name, partitions: asked }: PlainTopic,
  existing: ReadonlyMap<string, ITopicMetadata>,
  created: ReadonlySet<string>,
): EnsuredTopic {
  const partitions = existing.get(name)?.partitions.length ?? 0;
  if (partitions < asked) return { name, partitions, state: 'has fewer partitions than asked for' };
  return { name, partitions, state: created.has(name) ? 'created' : 'existed' };
}
