import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FetchAnswer, readFetchAnswer } from './fetch-answer.ts';

/** kafkajs' own, which it does not export. */
interface KafkajsEncoder {
  readonly buffer: Buffer;
  writeInt16(value: number): this;
  writeInt32(value: number): this;
  writeInt64(value: number): this;
  writeString(text: string): this;
  writeBytes(bytes: Buffer): this;
  writeArray(items: readonly KafkajsEncoder[]): this;
}

const kafkajs = createRequire(import.meta.url);
const Encoder = kafkajs('kafkajs/src/protocol/encoder') as new () => KafkajsEncoder;
const { RecordBatch } = kafkajs('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(batch: object): Promise<KafkajsEncoder>;
};
const Record = kafkajs('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => KafkajsEncoder;
const { decode } = kafkajs('kafkajs/src/protocol/requests/fetch/v11/response') as {
  decode(bytes: Buffer): Promise<Answer>;
};

interface Batch {
  readonly firstOffset: number;
  readonly flags: number;
  readonly compression: number;
  readonly records: readonly object[];
}

interface Partition {
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[];
  readonly batches: readonly Batch[];
}

/** Flags that kafkajs cannot write: the time is the broker's, in a transaction, a control record. */
const flags = fc.constantFrom(0, 0x08, 0x10, 0x38);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const names = fc.oneof(fc.constantFrom('ce_id', 'ce_type', 'traceparent'), text).filter((name) => !(name in {}));
const values = fc.oneof(fc.constant(Buffer.from('always the same')), bytes);
const record = fc.record({
  timestampDelta: fc.integer({ min: -(2 ** 31), max: 2 ** 41 }),
  offsetDelta: fc.nat(),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(names, fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 3 })), {
    noNullPrototype: true,
  }),
});
const batch: fc.Arbitrary<Batch> = fc.record({
  firstOffset: fc.nat({ max: 2 ** 50 }),
  flags,
  compression: fc.constantFrom(0, 1),
  records: fc.array(record, { maxLength: 6 }),
});
const partition: fc.Arbitrary<Partition> = fc.record({
  aborted: fc.array(fc.record({ producerId: fc.nat(), firstOffset: fc.nat() }), { maxLength: 2 }),
  batches: fc.array(batch, { maxLength: 4 }),
});

async function batchBytes({ firstOffset, flags: set, compression, records }: Batch): Promise<Buffer> {
  const encoded = await RecordBatch({
    compression,
    firstOffset,
    firstTimestamp: 1_700_000_000_000,
    maxTimestamp: 1_700_000_001_234,
    producerId: 4_000,
    records: records.map((each) => Record(each)),
  });
  encoded.buffer.writeInt16BE(compression | set, attributesAt);
  return encoded.buffer;
}

const [attributesAt, magicAt] = [21, 16];
/** With less than the place of the format kafkajs fails; brokers send the first batch whole. */
const leastBytes = 17;

async function answerBytes(partitions: readonly Partition[], cut = 0): Promise<Buffer> {
  const encoded = await Promise.all(
    partitions.map(async ({ aborted, batches }, index) => {
      const all = Buffer.concat(await Promise.all(batches.map(batchBytes)));
      return partitionBytes(index, aborted, all.subarray(0, Math.max(leastBytes, all.length - cut)));
    }),
  );
  const topic = new Encoder().writeString('orders').writeArray(encoded);
  return new Encoder().writeInt32(7).writeInt16(0).writeInt32(9).writeArray([topic]).buffer;
}

function partitionBytes(index: number, aborted: Partition['aborted'], records: Buffer): KafkajsEncoder {
  const transactions = aborted.map(({ producerId, firstOffset }) =>
    new Encoder().writeInt64(producerId).writeInt64(firstOffset),
  );
  return new Encoder()
    .writeInt32(index)
    .writeInt16(0)
    .writeInt64(1_000)
    .writeInt64(900)
    .writeInt64(5)
    .writeArray(transactions)
    .writeInt32(-1)
    .writeBytes(records);
}

/** What kafkajs makes of an answer, as far as anybody asks for it. */
interface Answer {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly Message[] }[];
  }[];
}

interface Message {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | Buffer[]>>;
  readonly isControlRecord: boolean;
  readonly batchContext: {
    readonly firstOffset: string;
    readonly lastOffsetDelta: number;
    readonly producerId: string;
    readonly inTransaction: boolean;
  };
}

/** Each message with what is asked of its batch; what is short and in ASCII as text. */
function byKafkajs(answer: Answer): unknown {
  const responses = answer.responses.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ messages, ...partition }) => {
      const place = { topic: topicName, partition: partition.partition };
      return { ...partition, records: messages.map((each) => ({ ...batchOf(each), record: recordOf(place, each) })) };
    }),
  }));
  return { ...answer, responses };
}

function batchOf({ isControlRecord, batchContext }: Message): object {
  const { firstOffset, lastOffsetDelta, producerId, inTransaction } = batchContext;
  const offset = String(Number(firstOffset) + lastOffsetDelta);
  return { offset, firstOffset: Number(firstOffset), isControlRecord, batchContext: { producerId, inTransaction } };
}

function recordOf(place: object, { offset, timestamp, key, value, headers }: Message): object {
  const read = Object.entries(headers).map(([name, bytes]) => [
    name,
    Array.isArray(bytes) ? bytes.map(headerOf) : headerOf(bytes),
  ]);
  const [number, timestampMs] = [Number(offset), Number(timestamp)];
  return { ...place, offset: number, timestampMs, key, value, headers: Object.fromEntries(read) as unknown };
}

function headerOf(value: Buffer): Buffer | string {
  return value.length <= 256 && value.every((byte) => byte < 0x80) ? value.toString() : value;
}

/** The same of what is read here. */
function readHere(answer: FetchAnswer | undefined): unknown {
  const responses = answer?.responses.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ messages, ...partition }) => ({
      ...partition,
      records: messages.flatMap(({ records, key: _marker, ...batch }) =>
        Array.from(records, (record) => ({ ...batch, record })),
      ),
    })),
  }));
  return { ...answer, responses };
}

describe('an answer to a fetch', () => {
  it('is read as kafkajs reads it, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(partition, { maxLength: 3 }), fc.nat({ max: 80 }), async (partitions, cut) => {
        const answer = await answerBytes(partitions, cut);
        expect(readHere(await readFetchAnswer(answer))).toEqual(byKafkajs(await decode(answer)));
      }),
      { numRuns: 300 },
    );
  });

  it('is left to kafkajs where a batch has an older format', async () => {
    const records = await batchBytes({
      firstOffset: 0,
      flags: 0,
      compression: 0,
      records: [{ key: null, value: null }],
    });
    records[magicAt] = 1;
    const topic = new Encoder().writeString('orders').writeArray([partitionBytes(0, [], records)]);
    const answer = new Encoder().writeInt32(0).writeInt16(0).writeInt32(0).writeArray([topic]).buffer;
    expect(await readFetchAnswer(answer)).toBeUndefined();
  });

  it('is refused where a record goes beyond its batch', async () => {
    const sound = await batchBytes({
      firstOffset: 8,
      flags: 0,
      compression: 0,
      records: [{ key: null, value: Buffer.from('text'), headers: { a: Buffer.from('b') } }],
    });
    const recordLengthAt = 61;
    sound.writeUInt8(sound.readUInt8(recordLengthAt) + 20, recordLengthAt);
    const topic = new Encoder().writeString('orders').writeArray([partitionBytes(0, [], sound)]);
    const answer = new Encoder().writeInt32(0).writeInt16(0).writeInt32(0).writeArray([topic]).buffer;
    const read = await readFetchAnswer(answer);
    expect(() => readHere(read)).toThrow('the record at offset 8 is malformed');
  });
});
