import type { RecordHeaders } from '../ports/record.ts';

/** A text that a header is expected to hold: comparing its bytes costs less than to make a text of them, for each record. */
export class KnownText {
  readonly text: string;
  readonly #bytes: Buffer;
  /** What held it last: records that lie together often have one. */
  #seen: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
    this.#bytes = Buffer.from(text);
  }

  /** Whether this is what a header says, by the first of its values. */
  is(header: RecordHeaders[string]): boolean {
    const value = Array.isArray(header) ? header[0] : header;
    return typeof value === 'object' ? this.#isSame(value) : value === this.text;
  }

  #isSame(bytes: Buffer): boolean {
    if (bytes === this.#seen) return true;
    let at = this.#bytes.length;
    if (bytes.length !== at) return false;
    // from the end, where texts with a common beginning differ
    while (at > 0 && bytes[at - 1] === this.#bytes[at - 1]) at--;
    if (at > 0) return false;
    this.#seen = bytes;
    return true;
  }
}
