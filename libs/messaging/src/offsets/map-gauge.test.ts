import { describe, expect, it } from 'vitest';
import { type GaugedMap, MapGauge } from './map-gauge.ts';

/** A map that could be so long that it must be measured to know. */
class Gauged implements GaugedMap {
  changes = 0;
  bits = 1_000_000;
  size = 100_000;
  measured = 0;
  readonly #gauge = new MapGauge();
  #length = 0;

  /** After so many changes more it is `length` long. */
  isNearlyFull({ after, length }: { readonly after: number; readonly length: number }): boolean {
    this.changes += after;
    this.#length = length;
    return this.#gauge.nearlyFull(this);
  }

  measure(): number {
    this.measured++;
    return this.#length;
  }
}

describe('MapGauge', () => {
  it('says so from 3,072 characters on, until there are fewer than 2,048', () => {
    const map = new Gauged();
    const said = (length: number) => map.isNearlyFull({ after: 100_000, length });
    expect([3_071, 3_072, 3_071, 2_048].map(said)).toEqual([false, true, true, true]);
    expect([2_047, 2_048, 3_071, 3_072].map(said)).toEqual([false, false, false, true]);
  });

  it('measures after changes in proportion to the size', () => {
    const map = new Gauged();
    expect(map.isNearlyFull({ after: 0, length: 100 })).toBe(false);
    expect(map.isNearlyFull({ after: 12_499, length: 4_000 })).toBe(false);
    expect(map.measured).toBe(1);
    expect(map.isNearlyFull({ after: 1, length: 4_000 })).toBe(true);
    expect(map.measured).toBe(2);
  });

  it('measures after 64 changes, however small the map is', () => {
    const map = new Gauged();
    map.size = 100;
    map.isNearlyFull({ after: 0, length: 100 });
    expect(map.isNearlyFull({ after: 63, length: 4_000 })).toBe(false);
    expect(map.isNearlyFull({ after: 1, length: 4_000 })).toBe(true);
    expect(map.measured).toBe(2);
  });

  it('measures nothing that cannot be long', () => {
    const map = new Gauged();
    map.bits = 18_015;
    expect(map.isNearlyFull({ after: 0, length: 4_000 })).toBe(false);
    expect(map.measured).toBe(0);
    map.bits++;
    expect(map.isNearlyFull({ after: 0, length: 4_000 })).toBe(true);
    expect(map.measured).toBe(1);
  });

  it('needs no measurement to see that the map has become short', () => {
    const map = new Gauged();
    expect(map.isNearlyFull({ after: 0, length: 3_500 })).toBe(true);
    map.bits = 11_000;
    expect(map.isNearlyFull({ after: 1, length: 0 })).toBe(false);
    expect(map.measured).toBe(1);
  });
});
