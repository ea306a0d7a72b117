import type { OffsetRange } from './offset-range.ts';
import { openingBits, stretchKinds, writeHeader } from './offset-stretch.ts';

/** Offsets in a row that are all finished or all unfinished. */
interface Run {
  readonly finished: boolean;
  length: number;
}

/**
 * What a run costs, in bits. From 33 offsets on its header is longer, but then it costs less than as many bits in any case,
 * so that nothing is decided by how much.
 */
const runBits = 8;

/**
 * Which offsets from `base` on are finished, as stretches (docs/offset-map.md); `ranges` rise and do not overlap, but may
 * touch. At most 2 bytes longer than all of it as runs or all of it as bits. Takes time by the number of ranges, not by what
 * they span.
 */
export function encodeRanges(base: number, ranges: Iterable<OffsetRange>): Uint8Array {
  const runs = runsOf(base, ranges);
  const form = shortestForm(runs);
  const writer = new StretchWriter();
  for (const [index, run] of runs.entries()) {
    if (form[index] === 1) writer.bits(run);
    else writer.run(run);
  }
  return writer.end();
}

function runsOf(base: number, ranges: Iterable<OffsetRange>): readonly Run[] {
  const runs: Run[] = [];
  let at = base;
  for (const { from, to } of ranges) {
    const last = runs.at(-1);
    if (last && from === at) last.length += to - from;
    else {
      if (from > at) runs.push({ finished: false, length: from - at });
      runs.push({ finished: true, length: to - from });
    }
    at = to;
  }
  return runs;
}

/**
 * For each run 1 if it is to be written as bits: the shortest path through "as a run" and "as bits", where going over to
 * bits costs {@link openingBits}. In bits, since a run of 3 is 3/8 of a byte there.
 */
function shortestForm(runs: readonly Run[]): Uint8Array {
  const runAfterBits = new Uint8Array(runs.length);
  const bitsAfterRun = new Uint8Array(runs.length);
  let [runCost, bitsCost] = [0, openingBits];
  for (const [index, { length }] of runs.entries()) {
    const opened = runCost + openingBits;
    runAfterBits[index] = Number(bitsCost < runCost);
    bitsAfterRun[index] = Number(opened < bitsCost);
    runCost = Math.min(runCost, bitsCost) + runBits;
    bitsCost = Math.min(bitsCost, opened) + length;
  }
  let asBits = bitsCost < runCost;
  const form = new Uint8Array(runs.length);
  for (let index = runs.length - 1; index >= 0; index--) {
    form[index] = Number(asBits);
    asBits = asBits ? bitsAfterRun[index] === 0 : runAfterBits[index] === 1;
  }
  return form;
}

class StretchWriter {
  readonly #bytes: number[] = [];
  readonly #octets: number[] = [];
  /** The bits that do not fill an octet yet. */
  #begun = 0;
  #begunBits = 0;

  bits({ finished, length }: Run): void {
    for (let count = 0; count < length; count++) this.#bit(finished);
  }

  /** Fills up the octet begun before, since the bits of a stretch are whole bytes. Shorter runs would have been bits. */
  run({ finished, length }: Run): void {
    const absorbed = -this.#begunBits & 7;
    this.bits({ finished, length: absorbed });
    this.#endBits();
    writeHeader(this.#bytes, finished ? stretchKinds.finished : stretchKinds.unfinished, length - absorbed);
  }

  end(): Uint8Array {
    this.bits({ finished: false, length: -this.#begunBits & 7 });
    this.#endBits();
    return Uint8Array.from(this.#bytes);
  }

  #bit(finished: boolean): void {
    if (finished) this.#begun |= 1 << this.#begunBits;
    if (++this.#begunBits < 8) return;
    this.#octets.push(this.#begun);
    this.#begun = 0;
    this.#begunBits = 0;
  }

  #endBits(): void {
    if (this.#octets.length === 0) return;
    writeHeader(this.#bytes, stretchKinds.bits, this.#octets.length);
    for (const octet of this.#octets) this.#bytes.push(octet);
    this.#octets.length = 0;
  }
}
