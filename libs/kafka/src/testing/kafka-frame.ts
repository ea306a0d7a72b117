/** The kinds of requests that tests meddle with (https://kafka.apache.org/protocol#protocol_api_keys). */
export const apis = {
  Produce: 0,
  Fetch: 1,
  ListOffsets: 2,
  Metadata: 3,
  OffsetCommit: 8,
  OffsetFetch: 9,
  FindCoordinator: 10,
  JoinGroup: 11,
  Heartbeat: 12,
  LeaveGroup: 13,
  SyncGroup: 14,
  EndTxn: 26,
} as const;

export type ApiName = keyof typeof apis;

const sizeBytes = 4;

/** Cuts a stream into whole frames, each with its size before it. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): readonly Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    for (let end = endOf(this.#rest); end <= this.#rest.length; end = endOf(this.#rest)) {
      frames.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}

function endOf(bytes: Buffer): number {
  return bytes.length < sizeBytes ? Infinity : sizeBytes + bytes.readInt32BE(0);
}

/** What the head of every request says. */
export function requestHead(frame: Buffer): { readonly api: number; readonly correlationId: number } {
  return { api: frame.readInt16BE(sizeBytes), correlationId: frame.readInt32BE(sizeBytes + 4) };
}

export function answerCorrelationId(frame: Buffer): number {
  return frame.readInt32BE(sizeBytes);
}

export interface CommitRequest {
  readonly group: string;
  readonly generation: number;
  readonly offsets: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly metadata: string;
  }[];
}

/** An OffsetCommit of version 5, which kafkajs 2.2.4 sends. */
export function decodeCommit(frame: Buffer): CommitRequest {
  const reader = new Reader(frame, sizeBytes + 8);
  reader.text(); // client id
  const group = reader.text();
  const generation = reader.int32();
  reader.text(); // member id
  const offsets = reader.list(() => {
    const topic = reader.text();
    return reader.list(() => ({
      topic,
      partition: reader.int32(),
      offset: reader.int64(),
      metadata: reader.text(),
    }));
  });
  return { group, generation, offsets: offsets.flat() };
}

class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigInt64BE(this.#at - 8));
  }

  /** Empty for null. */
  text(): string {
    const length = Math.max(0, this.#bytes.readInt16BE(this.#at));
    this.#at += 2 + length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  list<Item>(item: () => Item): Item[] {
    return Array.from({ length: Math.max(0, this.int32()) }, item);
  }
}
