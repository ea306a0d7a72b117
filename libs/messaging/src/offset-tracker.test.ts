import { describe, expect, it } from 'vitest';
import { OffsetTracker } from './offset-tracker.ts';
import { seededRandom } from './random.test-support.ts';

function trackerOf(...offsets: readonly number[]): OffsetTracker {
  const tracker = new OffsetTracker(offsets[0] ?? 0);
  for (const offset of offsets) tracker.deliver(offset);
  return tracker;
}

describe('OffsetTracker', () => {
  it('stands at its start before anything came in', () => {
    expect(new OffsetTracker(7).position).toBe(7);
  });

  it('passes over what is missing before the first record', () => {
    const tracker = new OffsetTracker(7);
    tracker.deliver(10);
    expect(tracker.position).toBe(10);
  });

  it('stays at the first record until that is finished, whatever is finished behind it', () => {
    const tracker = trackerOf(10, 11, 12);
    tracker.finish(11);
    tracker.finish(12);
    expect(tracker.position).toBe(10);
    tracker.finish(10);
    expect(tracker.position).toBe(13);
  });

  it('passes over offsets that were never delivered', () => {
    const tracker = trackerOf(10, 17);
    tracker.finish(10);
    expect(tracker.position).toBe(17);
    tracker.cover(30);
    expect(tracker.position).toBe(17);
    tracker.finish(17);
    expect(tracker.position).toBe(30);
  });

  it('moves on over a batch without any record', () => {
    const tracker = new OffsetTracker(0);
    tracker.cover(5);
    expect(tracker.position).toBe(5);
    tracker.cover(9);
    expect(tracker.position).toBe(9);
  });

  it('never takes back what it covered', () => {
    const tracker = new OffsetTracker(0);
    tracker.cover(9);
    tracker.cover(3);
    expect(tracker.position).toBe(9);
  });

  it('refuses a record that it was given before, and one below what was covered', () => {
    const tracker = trackerOf(10);
    tracker.finish(10);
    expect(tracker.deliver(10)).toBe(false);
    tracker.cover(20);
    expect(tracker.deliver(19)).toBe(false);
    expect(tracker.deliver(20)).toBe(true);
    expect(tracker.position).toBe(20);
  });

  it('is not confused by a record finished twice, or unknown', () => {
    const tracker = trackerOf(1, 2);
    tracker.finish(1);
    tracker.finish(1);
    tracker.finish(99);
    expect(tracker.position).toBe(2);
  });

  it.each(Array.from({ length: 50 }, (_, seed) => seed))(
    'claims all of the finished prefix and nothing beyond it, at every step of a random run (seed %i)',
    (seed) => {
      const random = seededRandom(seed);
      const tracker = new OffsetTracker(0);
      const unfinished = new Set<number>();
      let next = Math.floor(random() * 100);
      let last = next;
      tracker.cover(next);
      for (let step = 0; step < 400; step++) {
        if (random() < 0.5) {
          next += random() < 0.2 ? Math.ceil(random() * 5) : 0;
          tracker.deliver(next);
          unfinished.add(next++);
        } else if (random() < 0.1) {
          next += Math.floor(random() * 4);
          tracker.cover(next);
        } else {
          const offset = [...unfinished][Math.floor(random() * unfinished.size)];
          if (offset !== undefined) tracker.finish(offset);
          unfinished.delete(offset ?? -1);
        }
        const position = tracker.position ?? -1;
        expect(position).toBe(unfinished.size > 0 ? Math.min(...unfinished) : next);
        expect(position).toBeGreaterThanOrEqual(last);
        last = position;
      }
    },
  );
});
