/** A map as far as it is known without writing it down. */
export interface GaugedMap {
  /** Grows with each change of the map. */
  readonly changes: number;
  /** How many bits its ranges take at most, but for a few. */
  readonly bits: number;
  /** What the time that a measurement takes is in proportion to. */
  readonly size: number;
  /** Its length in characters, at the cost of writing it down. */
  measure(): number;
}

/**
 * Nearly full from here on. Room is left for what is held when the partition is paused: the outcomes of some 6,000 records
 * in a row, one bit each.
 */
const highLength = 3_072;
/** And no longer from here down. */
const lowLength = 2_048;
/** Changes between two measurements, at least. */
const minChanges = 64;
/** Characters beside the ranges, and the bytes of the few bits. */
const envelopeLength = 48;
const spareBytes = 16;

/**
 * Says when a map comes near the limit of its length, and when it is clearly below again. A map that cannot be that long
 * needs no measurement; else one is made after a number of changes in proportion to what it costs. So each change costs
 * constant time.
 */
export class MapGauge {
  #nearlyFull = false;
  #length = 0;
  #measureAt = 0;

  nearlyFull(map: GaugedMap): boolean {
    const limit = this.#nearlyFull ? lowLength : highLength;
    this.#nearlyFull = longest(map) >= limit && this.#measured(map) >= limit;
    return this.#nearlyFull;
  }

  #measured(map: GaugedMap): number {
    if (map.changes >= this.#measureAt) {
      this.#length = map.measure();
      this.#measureAt = map.changes + Math.max(minChanges, Math.floor(map.size / 8));
    }
    return this.#length;
  }
}

function longest({ bits }: GaugedMap): number {
  return envelopeLength + ((bits / 8 + spareBytes) * 4) / 3;
}
