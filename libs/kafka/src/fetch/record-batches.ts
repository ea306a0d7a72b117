import type { KafkaRecord } from '@millrace/messaging';
import type { TopicPartition } from '@millrace/messaging/membership';
import kafkajs from 'kafkajs';
import { HeaderReader } from './header-reader.ts';
import { WireReader } from './wire-reader.ts';

/**
 * A batch of records, which kafkajs takes for a message: all that it asks of one is the offset, and whether it may be seen. The
 * records are read as they are asked for, so that what waits to be delivered is bytes.
 */
export interface FetchedBatch {
  /** Decimal; of the last record that it was written with, which compaction may have deleted. */
  readonly offset: string;
  readonly firstOffset: number;
  /** Whether there is nothing in it for a consumer: it ends a transaction, or all of it was deleted. */
  readonly isControlRecord: boolean;
  /** What kafkajs needs to know to leave out what was aborted. */
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  /** Of the record that ends a transaction; null in other batches. */
  readonly key: Buffer | null;
  readonly records: Iterable<KafkaRecord>;
}

interface BatchHeader extends TopicPartition {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly baseTimestampMs: number;
  /** Of all records, where the broker sets it. */
  readonly appendTimestampMs: number | undefined;
  readonly isControl: boolean;
  readonly batchContext: FetchedBatch['batchContext'];
  readonly count: number;
}

/** Before a broker of Kafka 0.11 records had other formats. */
const readableMagic = 2;
const flags = { codec: 0x07, appendTime: 0x08, transactional: 0x10, control: 0x20 };

/**
 * Reads record batches, of which the last may be cut short: the rest of it comes with another answer. Undefined where one is
 * of an older format. https://kafka.apache.org/documentation/#recordbatch
 */
export async function readRecordBatches(bytes: Buffer, place: TopicPartition): Promise<FetchedBatch[] | undefined> {
  const batches: FetchedBatch[] = [];
  const from = new WireReader(bytes);
  while (from.left >= sizeBytes) {
    const baseOffset = from.int64();
    const length = from.int32();
    if (from.left < length) break;
    const batch = new WireReader(from.slice(length));
    batch.skip(leaderEpochBytes);
    if (batch.int8() !== readableMagic) return undefined;
    batches.push(await readBatch(batch, baseOffset, place));
  }
  return batches;
}

/** Read as they are asked for, once. */
export function* recordsOf(batches: readonly FetchedBatch[]): Generator<KafkaRecord, void> {
  for (const { records } of batches) yield* records;
}

const [sizeBytes, leaderEpochBytes, crcBytes] = [12, 4, 4];

async function readBatch(from: WireReader, baseOffset: number, place: TopicPartition): Promise<FetchedBatch> {
  from.skip(crcBytes);
  const attributes = from.int16();
  const header = readBatchHeader(from, { ...place, baseOffset }, attributes);
  const codec = attributes & flags.codec;
  const rest = from.slice(from.left);
  const records = new BatchRecords(header, codec === 0 || header.count === 0 ? rest : await decompress(codec, rest));
  const [marker] = header.isControl ? records : [];
  return {
    offset: String(header.lastOffset),
    firstOffset: baseOffset,
    isControlRecord: header.isControl || header.count === 0,
    batchContext: header.batchContext,
    key: marker?.key ?? null,
    records,
  };
}

function readBatchHeader(
  from: WireReader,
  place: TopicPartition & { readonly baseOffset: number },
  attributes: number,
): BatchHeader {
  const is = (flag: number) => (attributes & flag) !== 0;
  const lastOffset = place.baseOffset + from.int32();
  const baseTimestampMs = from.int64();
  const maxTimestampMs = from.int64();
  const producerId = String(from.int64());
  from.int16(); // the producer's epoch
  from.int32(); // its first sequence number
  return {
    ...place,
    lastOffset,
    baseTimestampMs,
    appendTimestampMs: is(flags.appendTime) ? maxTimestampMs : undefined,
    isControl: is(flags.control),
    batchContext: { producerId, inTransaction: is(flags.transactional) },
    count: Math.max(0, from.int32()),
  };
}

/** The records of a batch, read anew each time they are gone through. */
class BatchRecords implements Iterable<KafkaRecord> {
  readonly #header: BatchHeader;
  readonly #bytes: Buffer;

  constructor(header: BatchHeader, bytes: Buffer) {
    this.#header = header;
    this.#bytes = bytes;
  }

  *[Symbol.iterator](): Generator<KafkaRecord, void> {
    const from = new WireReader(this.#bytes);
    const headers = new HeaderReader(from);
    for (let index = 0; index < this.#header.count; index++) yield readRecord(from, this.#header, headers);
  }
}

/** The bytes of a record are those of its batch, not copied. */
function readRecord(from: WireReader, batch: BatchHeader, headers: HeaderReader): KafkaRecord {
  const length = from.varint();
  const end = from.at + length;
  from.int8(); // attributes, of which there are none
  const timestampMs = batch.baseTimestampMs + from.varint();
  const record = {
    topic: batch.topic,
    partition: batch.partition,
    offset: batch.baseOffset + from.varint(),
    timestampMs: batch.appendTimestampMs ?? timestampMs,
    key: from.sizedBytes(),
    value: from.sizedBytes(),
    headers: headers.read(),
  };
  if (from.at > end || end > from.bytes.length) throw new Error(`the record at offset ${record.offset} is malformed`);
  from.at = end;
  return record;
}

function decompress(codec: number, bytes: Buffer): Promise<Buffer> {
  const { CompressionCodecs } = kafkajs;
  const codecs = CompressionCodecs as unknown as Record<number, () => { decompress(bytes: Buffer): Promise<Buffer> }>;
  const known = codecs[codec];
  if (!known) throw new Error(`records are compressed with codec ${codec}, which Kafka did not have so far`);
  return known().decompress(bytes);
}
