import kafkajs, { type KafkaMessage } from 'kafkajs';
import { HeaderReader } from './header-reader.ts';
import { WireReader } from './wire-reader.ts';

/** A record with what kafkajs needs to know of its batch, to leave out what was aborted. */
export type FetchedMessage = KafkaMessage & {
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
};

interface BatchHeader {
  readonly baseOffset: number;
  readonly baseTimestampMs: number;
  /** Of all records, where the broker sets it. */
  readonly appendTimestampMs: number | undefined;
  readonly isControlRecord: boolean;
  readonly batchContext: FetchedMessage['batchContext'];
}

/** Before a broker of Kafka 0.11 records had other formats. */
const readableMagic = 2;
const flags = { codec: 0x07, appendTime: 0x08, transactional: 0x10, control: 0x20 };

/**
 * Reads record batches, of which the last may be cut short: the rest of it comes with another answer. Undefined where one is
 * of an older format. https://kafka.apache.org/documentation/#recordbatch
 */
export async function readRecordBatches(bytes: Buffer): Promise<FetchedMessage[] | undefined> {
  const messages: FetchedMessage[] = [];
  const from = new WireReader(bytes);
  while (from.left >= sizeBytes) {
    const baseOffset = from.int64();
    const length = from.int32();
    if (from.left < length) break;
    const batch = new WireReader(from.slice(length));
    batch.skip(leaderEpochBytes);
    if (batch.int8() !== readableMagic) return undefined;
    await readBatch(batch, baseOffset, messages);
  }
  return messages;
}

const [sizeBytes, leaderEpochBytes, crcBytes] = [12, 4, 4];

async function readBatch(from: WireReader, baseOffset: number, messages: FetchedMessage[]): Promise<void> {
  from.skip(crcBytes);
  const attributes = from.int16();
  const header = readBatchHeader(from, baseOffset, attributes);
  const count = from.int32();
  if (count <= 0) return;
  const codec = attributes & flags.codec;
  const records = codec === 0 ? from : new WireReader(await decompress(codec, from.slice(from.left)));
  const headers = new HeaderReader(records);
  for (let index = 0; index < count; index++) messages.push(readRecord(records, header, headers));
}

function readBatchHeader(from: WireReader, baseOffset: number, attributes: number): BatchHeader {
  const is = (flag: number) => (attributes & flag) !== 0;
  from.int32(); // the last offset in the batch
  const baseTimestampMs = from.int64();
  const maxTimestampMs = from.int64();
  const producerId = String(from.int64());
  from.int16(); // the producer's epoch
  from.int32(); // its first sequence number
  return {
    baseOffset,
    baseTimestampMs,
    appendTimestampMs: is(flags.appendTime) ? maxTimestampMs : undefined,
    isControlRecord: is(flags.control),
    batchContext: { producerId, inTransaction: is(flags.transactional) },
  };
}

function readRecord(from: WireReader, batch: BatchHeader, headers: HeaderReader): FetchedMessage {
  const length = from.varint();
  const end = from.at + length;
  const attributes = from.int8();
  const timestampMs = batch.baseTimestampMs + from.varint();
  const message = {
    offset: String(batch.baseOffset + from.varint()),
    timestamp: String(batch.appendTimestampMs ?? timestampMs),
    attributes,
    key: from.sizedBytes(),
    value: from.sizedBytes(),
    headers: headers.read() as NonNullable<KafkaMessage['headers']>,
    isControlRecord: batch.isControlRecord,
    batchContext: batch.batchContext,
  };
  if (from.at > end || end > from.bytes.length) throw new Error(`the record at offset ${message.offset} is malformed`);
  from.at = end;
  return message;
}

function decompress(codec: number, bytes: Buffer): Promise<Buffer> {
  const { CompressionCodecs } = kafkajs;
  const codecs = CompressionCodecs as unknown as Record<number, () => { decompress(bytes: Buffer): Promise<Buffer> }>;
  const known = codecs[codec];
  if (!known) throw new Error(`records are compressed with codec ${codec}, which Kafka did not have so far`);
  return known().decompress(bytes);
}
