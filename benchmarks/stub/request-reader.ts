const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');
const nothing = Buffer.alloc(0);
const lineEndBytes = lineEnd.length;

/** Hears the `idempotency-key` of each request that has arrived whole; empty where it has none. */
export type OnRequest = (idempotencyKey: string) => void;

/**
 * Takes HTTP/1.1 requests out of the bytes of one connection, however they were cut and joined on the way. Bodies, by
 * content-length or chunked, are read over. Upgrades and `Expect: 100-continue` are not answered to.
 */
export class RequestReader {
  readonly #onRequest: OnRequest;
  #step: (bytes: Buffer, at: number) => number | undefined = this.#head;
  /** The beginning of a line or head whose end has not arrived. */
  #rest: Buffer = nothing;
  /** Bytes of a body, or of its chunk, still to come. */
  #left = 0;
  #idempotencyKey = '';

  constructor(onRequest: OnRequest) {
    this.#onRequest = onRequest;
  }

  read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let next: number | undefined = 0; next !== undefined; next = this.#step(bytes, at)) at = next;
    this.#rest = at === bytes.length ? nothing : bytes.subarray(at);
  }

  /** Each step returns where the next one begins, or undefined until there is more. */
  #head(bytes: Buffer, at: number): number | undefined {
    const end = bytes.indexOf(headEnd, at);
    if (end === -1) return undefined;
    const head = bytes.toString('latin1', at, end + lineEndBytes);
    const lower = head.toLowerCase();
    this.#idempotencyKey = valueOf('idempotency-key', head, lower);
    const bodyAt = end + headEnd.length;
    if (valueOf('transfer-encoding', lower, lower).includes('chunked')) this.#step = this.#chunkSize;
    else this.#begin(Number(valueOf('content-length', lower, lower) || 0));
    return bodyAt;
  }

  #begin(length: number): void {
    if (length === 0) return this.#complete();
    this.#left = length;
    this.#step = this.#body;
  }

  #body(bytes: Buffer, at: number): number | undefined {
    const next = this.#over(bytes, at);
    if (this.#left === 0) this.#complete();
    return next;
  }

  #chunkSize(bytes: Buffer, at: number): number | undefined {
    const end = bytes.indexOf(lineEnd, at);
    if (end === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    this.#left = size + lineEndBytes;
    this.#step = size === 0 ? this.#trailers : this.#chunk;
    return end + lineEndBytes;
  }

  #chunk(bytes: Buffer, at: number): number | undefined {
    const next = this.#over(bytes, at);
    if (this.#left === 0) this.#step = this.#chunkSize;
    return next;
  }

  /** Lines up to an empty one. */
  #trailers(bytes: Buffer, at: number): number | undefined {
    const end = bytes.indexOf(lineEnd, at);
    if (end === -1) return undefined;
    if (end === at) this.#complete();
    return end + lineEndBytes;
  }

  #over(bytes: Buffer, at: number): number | undefined {
    const length = Math.min(this.#left, bytes.length - at);
    this.#left -= length;
    return length === 0 ? undefined : at + length;
  }

  #complete(): void {
    this.#step = this.#head;
    this.#onRequest(this.#idempotencyKey);
  }
}

/** `lower`: the head in lower case, for header names may be in any. */
function valueOf(name: string, head: string, lower: string): string {
  const at = lower.indexOf(`\r\n${name}:`);
  if (at === -1) return '';
  const begin = at + name.length + lineEndBytes + 1;
  return head.slice(begin, head.indexOf('\r\n', begin)).trim();
}
