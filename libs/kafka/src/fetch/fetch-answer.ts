import { type FetchedBatch, readRecordBatches } from './record-batches.ts';
import { WireReader } from './wire-reader.ts';

/** What kafkajs makes of an answer to a fetch; 64-bit numbers are decimal. */
export interface FetchAnswer {
  readonly throttleTime: number;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly FetchedTopic[];
}

export interface FetchedTopic {
  readonly topicName: string;
  readonly partitions: readonly FetchedPartition[];
}

export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: readonly FetchedBatch[];
}

/** The one version read here; kafkajs asks for it wherever a broker has it, which all since Kafka 2.3 have. */
export const fetchVersion = 11;

/** Reads the answer to a fetch; undefined where a partition has records of a format before Kafka 0.11. */
export async function readFetchAnswer(bytes: Buffer): Promise<FetchAnswer | undefined> {
  const from = new WireReader(bytes);
  const clientSideThrottleTime = from.int32();
  const errorCode = from.int16();
  const sessionId = from.int32();
  const responses: FetchedTopic[] = [];
  for (let topics = from.int32(); topics > 0; topics--) {
    const topic = await readTopic(from);
    if (!topic) return undefined;
    responses.push(topic);
  }
  // As kafkajs has it: the client is told to wait, the broker has not.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

async function readTopic(from: WireReader): Promise<FetchedTopic | undefined> {
  const topicName = from.string();
  const partitions: FetchedPartition[] = [];
  for (let left = from.int32(); left > 0; left--) {
    const partition = await readPartition(from, topicName);
    if (!partition) return undefined;
    partitions.push(partition);
  }
  return { topicName, partitions };
}

async function readPartition(from: WireReader, topic: string): Promise<FetchedPartition | undefined> {
  const decimal = () => String(from.int64());
  const head = {
    partition: from.int32(),
    errorCode: from.int16(),
    highWatermark: decimal(),
    lastStableOffset: decimal(),
    lastStartOffset: decimal(),
    abortedTransactions: from.array(() => ({ producerId: decimal(), firstOffset: decimal() })),
    preferredReadReplica: from.int32(),
  };
  const length = from.int32();
  const { partition } = head;
  const messages = length > 0 ? await readRecordBatches(own(from.slice(length)), { topic, partition }) : [];
  return messages && { ...head, messages };
}

/** What waits of one partition is not to keep what an answer holds of the others. */
function own(bytes: Buffer): Buffer {
  return bytes.buffer.byteLength > 2 * bytes.length ? Buffer.from(bytes) : bytes;
}
