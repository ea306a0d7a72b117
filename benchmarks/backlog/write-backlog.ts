import { createKafka, ensureTopics, registerZstd } from '@millrace/kafka';
import { createLogger } from '@millrace/telemetry';
import kafkajs, { type Message } from 'kafkajs';
import { callIds, type Keys } from './key-sequence.ts';
import { defaultValueBytes } from './sample-data.ts';
import { sampleRecord } from './sample-record.ts';

const { CompressionTypes, Kafka, logLevel, Partitioners } = kafkajs;

/** What a topic of the benchmark holds. */
export interface BacklogShape {
  readonly partitions: number;
  readonly keys: Keys;
  readonly valueBytes: number;
  readonly compression: 'none' | 'gzip' | 'zstd';
}

/** One partition, a key for each record, nothing compressed: where nothing else is said. */
export const plainShape: BacklogShape = {
  partitions: 1,
  keys: { kind: 'distinct' },
  valueBytes: defaultValueBytes,
  compression: 'none',
};

export interface Backlog extends BacklogShape {
  readonly topic: string;
  readonly records: number;
}

const types = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, zstd: CompressionTypes.ZSTD };
/** Below what brokers take as a batch, and Kafka's own producers make. */
const batchBytes = 256 * 1_024;
const batchRecords = 2_000;

/** Makes the topic and writes all its records; `onWritten` hears how many are there. */
export async function writeBacklog(
  brokers: readonly string[],
  backlog: Backlog,
  onWritten: (records: number) => void,
): Promise<void> {
  const { topic, partitions, compression } = backlog;
  const log = createLogger({ service: 'benchmark', level: 'warn' });
  await ensureTopics(createKafka({ brokers, clientId: 'backlog', log }), [{ name: topic, partitions, groups: [] }]);
  registerZstd();
  const kafka = new Kafka({ clientId: 'backlog', brokers: [...brokers], logLevel: logLevel.NOTHING });
  // One request at a time: those of one key must not overtake each other.
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, maxInFlightRequests: 1 });
  await producer.connect();
  let written = 0;
  for (const messages of batches(backlog)) {
    await producer.send({ topic, messages, compression: types[compression], acks: 1 });
    onWritten((written += messages.length));
  }
  await producer.disconnect();
}

function* batches({ records, keys, valueBytes, partitions }: Backlog): Generator<Message[]> {
  const size = Math.max(1, Math.min(batchRecords, Math.floor(batchBytes / valueBytes))) * partitions;
  const ids = callIds(keys);
  for (let left = records; left > 0; left -= size) {
    yield Array.from({ length: Math.min(size, left) }, () => sampleRecord(ids.next().value, valueBytes));
  }
}
