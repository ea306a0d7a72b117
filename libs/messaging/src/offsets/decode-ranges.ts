import type { OffsetRange } from './offset-range.ts';
import { readHeader, stretchKinds } from './offset-stretch.ts';

/** The opposite of `encodeRanges`: rising ranges that do not touch each other; undefined where `bytes` are not such a code. */
export function decodeRanges(base: number, bytes: Uint8Array): readonly OffsetRange[] | undefined {
  const reader = new RangeReader(base);
  let at = 0;
  while (at < bytes.length) {
    const header = readHeader(bytes, at);
    if (!header) return undefined;
    at = header.end;
    if (header.kind === stretchKinds.bits) {
      const octets = bytes.subarray(at, at + header.length);
      if (octets.length < header.length) return undefined;
      reader.octets(octets);
      at += header.length;
    } else {
      reader.run(header.kind === stretchKinds.finished, header.length);
    }
  }
  return reader.ranges;
}

class RangeReader {
  readonly #ranges: { from: number; to: number }[] = [];
  #at: number;

  constructor(base: number) {
    this.#at = base;
  }

  /** Undefined where they go beyond what a number can tell apart. */
  get ranges(): readonly OffsetRange[] | undefined {
    return Number.isSafeInteger(this.#ranges.at(-1)?.to ?? 0) ? this.#ranges : undefined;
  }

  octets(octets: Uint8Array): void {
    for (const octet of octets) for (let bit = 0; bit < 8; bit++) this.run((octet & (1 << bit)) !== 0, 1);
  }

  run(finished: boolean, length: number): void {
    const from = this.#at;
    this.#at += length;
    if (!finished) return;
    const last = this.#ranges.at(-1);
    if (last?.to === from) last.to = this.#at;
    else this.#ranges.push({ from, to: this.#at });
  }
}
