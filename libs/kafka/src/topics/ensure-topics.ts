import { deadLetterTopicOf, decisionsTopic, replayTopicOf, ServiceError } from '@millrace/messaging';
import type { Admin, ITopicMetadata } from 'kafkajs';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { protocolErrorOf, reasonOf, rootCauseOf } from '../connection/kafka-error.ts';
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
  readonly state: 'created' | 'existed' | 'got more partitions' | 'has fewer partitions than asked for';
}

const usualReplicationFactor = 3;
const leaderPollMs = 200;
const noLeader = -1;

/**
 * Makes the topics that do not exist yet, with one for the dead letters of each of their groups and one for the replays of
 * those, and the topic of decisions about dead letters; waits until they can be written. What exists is left as it is, since
 * adding partitions would move keys to others; only a topic of replays gets as many as its topic has. May run many times,
 * also at once. Rejects with `BROKER_UNAVAILABLE`, saying which topic could not be made and why.
 */
export async function ensureTopics(
  connection: KafkaConnection,
  topics: readonly WantedTopic[],
  options: EnsureTopicsOptions = {},
): Promise<readonly EnsuredTopic[]> {
  const hasGroups = topics.some(({ groups }) => groups.length > 0);
  const wanted = [...topics.flatMap(withTopicsOfGroups), ...(hasGroups ? [decisions] : [])];
  try {
    return await withAdmin(connection, (admin) => ensureAll(admin, wanted, options));
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('BROKER_UNAVAILABLE', `topics could not be made: ${reasonOf(error)}`, { cause: error });
  }
}

/** A topic by itself. */
export type PlainTopic = Pick<WantedTopic, 'name' | 'partitions'>;

interface TopicToMake extends PlainTopic {
  /** Settings of a topic that is made. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Has no fewer partitions than this other one. */
  readonly asWideAs?: string;
}

/** A dead letter is larger than its record: its reason, and what came of it before, go into headers. */
const roomForReasons = { 'max.message.bytes': `${1_048_588 + 65_536}` };

const decisions: TopicToMake = { name: decisionsTopic, partitions: 1, settings: { 'cleanup.policy': 'compact' } };

/** The group's dead-letter topic has as many partitions as the topic, so that its keys keep their order there. */
export function deadLetterTopic({ name, partitions }: PlainTopic, group: string): PlainTopic {
  return { name: deadLetterTopicOf(name, group), partitions };
}

/** A replay goes to the partition where its record was. */
export function replayTopic({ name, partitions }: PlainTopic, group: string): PlainTopic {
  return { name: replayTopicOf(name, group), partitions };
}

function withTopicsOfGroups({ name, partitions, groups }: WantedTopic): TopicToMake[] {
  const topic = { name, partitions };
  return [
    topic,
    ...groups.map((group) => ({ ...deadLetterTopic(topic, group), settings: roomForReasons })),
    ...groups.map((group) => ({ ...replayTopic(topic, group), settings: roomForReasons, asWideAs: name })),
  ];
}

async function ensureAll(
  admin: Admin,
  wanted: readonly TopicToMake[],
  { replicationFactor, timeoutMs = 30_000 }: EnsureTopicsOptions,
): Promise<readonly EnsuredTopic[]> {
  const deadlineMark = performance.now() + timeoutMs;
  const created = await createMissing(admin, wanted, replicationFactor ?? (await affordableReplication(admin)));
  const names = wanted.map(({ name }) => name);
  const existing = await withLeaders(admin, names, deadlineMark);
  const widened = tooNarrow(wanted, existing);
  if (widened.size > 0) await widen(admin, widened);
  const now = widened.size > 0 ? await withLeaders(admin, names, deadlineMark, widened) : existing;
  return wanted.map((topic) => describeTopic(topic, now, { created, widened }));
}

/** Topics of replays that lack partitions, and how many each is to have. */
function tooNarrow(
  wanted: readonly TopicToMake[],
  existing: ReadonlyMap<string, ITopicMetadata>,
): ReadonlyMap<string, number> {
  const widthOf = (name: string) => existing.get(name)?.partitions.length ?? 0;
  const narrow = wanted.filter(({ name, asWideAs = name }) => widthOf(name) < widthOf(asWideAs));
  return new Map(narrow.map(({ name, asWideAs = name }) => [name, widthOf(asWideAs)]));
}

/** Where somebody else was faster, they are there soon. */
async function widen(admin: Admin, partitions: ReadonlyMap<string, number>): Promise<void> {
  for (const [topic, count] of partitions) {
    try {
      await admin.createPartitions({ topicPartitions: [{ topic, count }] });
    } catch (error) {
      if (protocolErrorOf(error) !== 'INVALID_PARTITIONS') throw error;
    }
  }
}

async function affordableReplication(admin: Admin): Promise<number> {
  const { brokers } = await admin.describeCluster();
  return Math.min(usualReplicationFactor, brokers.length);
}

async function createMissing(
  admin: Admin,
  wanted: readonly TopicToMake[],
  replicationFactor: number,
): Promise<ReadonlySet<string>> {
  const existing = new Set(await admin.listTopics());
  const created = new Set<string>();
  for (const topic of wanted) {
    if (existing.has(topic.name)) continue;
    if (await createTopic(admin, topic, replicationFactor)) created.add(topic.name);
  }
  return created;
}

/** False where somebody else was faster. */
async function createTopic(
  admin: Admin,
  { name: topic, partitions: numPartitions, settings = {} }: TopicToMake,
  replicationFactor: number,
): Promise<boolean> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  try {
    return await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions, replicationFactor, configEntries }],
    });
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

/** Partitions that were just added are not known at once. */
async function withLeaders(
  admin: Admin,
  names: string[],
  deadlineMark: number,
  partitions?: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, ITopicMetadata>> {
  for (;;) {
    const answer = await readTopics(admin, names);
    const waitingFor = names.filter((name) => !hasLeaders(answer.topics.get(name), partitions?.get(name)));
    if (waitingFor.length === 0) return answer.topics;
    if (performance.now() > deadlineMark) {
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

function hasLeaders(topic: ITopicMetadata | undefined, atLeast = 1): boolean {
  return (
    topic !== undefined &&
    topic.partitions.length >= atLeast &&
    topic.partitions.every(({ leader }) => leader !== noLeader)
  );
}

function describeTopic(
  { name, partitions: asked, asWideAs }: TopicToMake,
  existing: ReadonlyMap<string, ITopicMetadata>,
  { created, widened }: { readonly created: ReadonlySet<string>; readonly widened: ReadonlyMap<string, number> },
): EnsuredTopic {
  const partitions = existing.get(name)?.partitions.length ?? 0;
  if (widened.has(name)) return { name, partitions, state: 'got more partitions' };
  if (partitions < asked && asWideAs === undefined) {
    return { name, partitions, state: 'has fewer partitions than asked for' };
  }
  return { name, partitions, state: created.has(name) ? 'created' : 'existed' };
}
