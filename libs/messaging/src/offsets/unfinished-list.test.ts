import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRanges } from './encode-ranges.ts';
import { recordAt } from '../ports/record.test-support.ts';
import { type Unfinished, UnfinishedList } from './unfinished-list.ts';

function listOf(...offsets: readonly number[]) {
  const list = new UnfinishedList();
  const held = offsets.map((offset) => list.append(recordAt(offset), { startsRun: false }));
  return { list, held };
}

const firstAndLast = ({ first, last }: UnfinishedList) => [first?.offset, last?.offset];

describe('UnfinishedList', () => {
  it('knows its ends and its size, whatever is taken out', () => {
    const { list, held } = listOf(1, 2, 3, 4);
    const [first, second, third, last] = held as [Unfinished, Unfinished, Unfinished, Unfinished];
    expect(firstAndLast(list)).toEqual([1, 4]);
    expect([list.remove(second), list.remove(second)]).toEqual([true, false]);
    expect(list.size).toBe(3);
    list.remove(last);
    expect(firstAndLast(list)).toEqual([1, 3]);
    list.remove(first);
    expect(firstAndLast(list)).toEqual([3, 3]);
    list.remove(third);
    expect(firstAndLast(list)).toEqual([undefined, undefined]);
    list.append(recordAt(9), { startsRun: true });
    expect(firstAndLast(list)).toEqual([9, 9]);
    expect(list.size).toBe(1);
  });

  it('has gaps where something between two of it is finished, and not where there was never a record', () => {
    const { list, held } = listOf(1, 5, 6, 7, 20);
    expect(list.gaps()).toEqual([]);
    list.remove(held[2]!);
    expect(list.gaps()).toEqual([{ from: 6, to: 7 }]);
    list.append(recordAt(30), { startsRun: true });
    expect(list.gaps()).toEqual([
      { from: 6, to: 7 },
      { from: 21, to: 30 },
    ]);
    list.remove(held[3]!);
    expect(list.gaps()).toEqual([
      { from: 6, to: 20 },
      { from: 21, to: 30 },
    ]);
  });

  it('lets go of what was taken out: whoever holds it holds none of the others', () => {
    const { list, held } = listOf(1, 2, 3);
    list.remove(held[1]!);
    expect(held[1]).toMatchObject({ previous: undefined, next: undefined });
  });

  it('knows how many bits its gaps take at most', () => {
    const distance = fc.oneof(
      fc.constant(1),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 10_000_000 }),
    );
    fc.assert(
      fc.property(
        fc.array(distance, { minLength: 1, maxLength: 300 }),
        fc.infiniteStream(fc.boolean()),
        (distances, finishes) => {
          let at = 0;
          const { list, held } = listOf(...distances.map((distance) => (at += distance)));
          for (const each of held) if (finishes.next().value) list.remove(each);
          const written = encodeRanges(list.first?.offset ?? 0, list.gaps());
          expect(8 * written.length).toBeLessThanOrEqual(list.bits + 40);
          for (const each of held) list.remove(each);
          expect(list.bits).toBe(0);
        },
      ),
    );
  });

  it('takes a bit for each of neighbours, and a few bytes for one far away', () => {
    expect(listOf(1, 2, 3).list.bits).toBe(2);
    expect(listOf(1, 41).list.bits).toBe(33);
    expect(listOf(1, 3_000_000).list.bits).toBe(49);
  });
});
