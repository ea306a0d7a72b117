import type { KafkaRecord } from '@millrace/messaging';
import { decodePlace } from '@millrace/messaging/membership';
import type { StoredOffset } from './evidence.ts';

/** Where Kafka keeps what groups commit. */
export const offsetsTopic = '__consumer_offsets';

/** Versions of values that are written in the compact form (https://kafka.apache.org/protocol#protocol_types). */
const compactFrom = 4;

/** The commit that a record of {@link offsetsTopic} is; undefined for those of other groups, deletions, and memberships. */
export function readOffsetCommit({ key, value }: KafkaRecord, ofGroup: string): StoredOffset | undefined {
  if (!key || !value) return undefined;
  const name = new Reader(key);
  if (name.int16() > 1 || name.text() !== ofGroup) return undefined;
  const [topic, partition] = [name.text(), name.int32()];
  const stored = new Reader(value);
  const version = stored.int16();
  const offset = stored.int64();
  if (version >= 3) stored.int32(); // leader epoch
  const { metadata } = decodePlace(version >= compactFrom ? stored.compactText() : stored.text());
  return { topic, partition, offset, metadata, storedAt: stored.int64() };
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigInt64BE(this.#at - 8));
  }

  text(): string {
    return this.#take(this.int16());
  }

  compactText(): string {
    return this.#take(this.#varint() - 1);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  #take(length: number): string {
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }
}
