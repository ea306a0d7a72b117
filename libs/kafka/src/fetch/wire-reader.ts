/** Reads Kafka's wire format from left to right. https://kafka.apache.org/protocol#protocol_types */
export class WireReader {
  readonly bytes: Buffer;
  /** Of the next byte. */
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  skip(length: number): void {
    this.at += length;
  }

  int8(): number {
    return this.bytes.readInt8(this.#pass(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.#pass(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.#pass(4));
  }

  /** Exact up to 2^53, which no offset, time or id reaches. */
  int64(): number {
    return this.int32() * 2 ** 32 + this.bytes.readUInt32BE(this.#pass(4));
  }

  /** A varint or a varlong; exact up to 2^53. */
  varint(): number {
    const first = this.bytes[this.at++] ?? 0;
    return first < 0x80 ? (first >>> 1) ^ -(first & 1) : this.#longVarint(first & 0x7f);
  }

  string(): string {
    const length = this.int16();
    const at = this.#pass(length);
    return this.bytes.toString('utf8', at, at + length);
  }

  /** Not copied. */
  slice(length: number): Buffer {
    const at = this.#pass(length);
    return this.bytes.subarray(at, at + length);
  }

  /** As {@link slice}, after a varint that says how long they are; null where there are none. */
  sizedBytes(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.slice(length);
  }

  array<Item>(read: () => Item): Item[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }

  #longVarint(low: number): number {
    let value = low;
    let byte: number;
    let scale = 0x80;
    do {
      byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #pass(length: number): number {
    const { at } = this;
    this.at += length;
    return at;
  }
}
