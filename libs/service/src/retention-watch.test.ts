import type { PartitionState } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { RetentionWatch } from './retention-watch.ts';
import { consumerState, partitionState } from './testing/consumer-state.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What is logged while `partitions` are as they are. */
function watching(...partitions: PartitionState[]) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createLogger({ service: 'test', destination });
  const watch = new RetentionWatch({ state: () => consumerState(partitions), log });
  watch.start();
  onTestFinished(() => watch.stop());
  return { lines, partitions, watch };
}

const kept = (keptForMs: number | undefined, retentionMs: number | undefined, partition = 0, topic = 'user-events') =>
  partitionState({ topic, partition, keptForMs, retentionMs });

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

describe('the watch over retention', () => {
  it('warns once, and again each hour', () => {
    const { lines } = watching(kept(9 * minuteMs, hourMs));
    vi.advanceTimersByTime(hourMs);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        group: 'mail',
        topic: 'user-events',
        partitions: [0],
        keptForMs: 9 * minuteMs,
        msg: 'retention may delete records that have no outcome yet, in 9 min; see docs/observing.md',
      }),
    ]);
    vi.advanceTimersByTime(2 * minuteMs);
    expect(lines).toHaveLength(2);
  });

  it.each([
    ['a tenth of the retention is left', 7 * 24 * hourMs, 16.8 * hourMs],
    ['ten minutes are left of a short one', hourMs, 10 * minuteMs],
    ['half of a very short one is left', 10 * minuteMs, 5 * minuteMs],
  ])('warns when less than %s', (_what, retentionMs, limitMs) => {
    const { lines, partitions } = watching(kept(limitMs, retentionMs));
    vi.advanceTimersByTime(minuteMs);
    expect(lines).toEqual([]);
    partitions[0] = kept(limitMs - 1, retentionMs);
    vi.advanceTimersByTime(minuteMs);
    expect(lines).toHaveLength(1);
  });

  it('looks often, and warns again soon, where records are kept for a minute', () => {
    const { lines, partitions } = watching(kept(45_000, minuteMs));
    vi.advanceTimersByTime(20_000);
    expect(lines).toEqual([]);
    partitions[0] = kept(29_000, minuteMs);
    vi.advanceTimersByTime(6_000);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(66_000);
    expect(lines).toHaveLength(2);
  });

  it('says from which offset to which', () => {
    const oldest = { offset: 17, heldMs: 1, ageMs: 1 };
    const { lines } = watching({ ...kept(1, hourMs, 3), oldest, end: 40 });
    vi.advanceTimersByTime(minuteMs);
    expect(lines).toEqual([expect.objectContaining({ records: [{ partition: 3, from: 17, to: 40 }] })]);
  });

  it('warns in one line per topic, by the partition with the least time', () => {
    const { lines } = watching(
      kept(minuteMs, hourMs, 0),
      kept(-1, hourMs, 1),
      kept(hourMs / 2, hourMs, 2),
      kept(3 * minuteMs, hourMs, 0, 'orders'),
    );
    vi.advanceTimersByTime(minuteMs);
    expect(lines).toMatchObject([
      { topic: 'user-events', partitions: [0, 1], msg: expect.stringContaining('yet, at any time;') as string },
      { topic: 'orders', partitions: [0], keptForMs: 3 * minuteMs },
    ]);
  });

  it('says nothing where retention is off or not known, or nothing is without an outcome', () => {
    const { lines } = watching(kept(undefined, undefined), kept(undefined, hourMs));
    vi.advanceTimersByTime(hourMs);
    expect(lines).toEqual([]);
  });

  it('looks no more once it is stopped', () => {
    const { lines, watch } = watching(kept(0, hourMs));
    watch.stop();
    vi.advanceTimersByTime(hourMs);
    expect(lines).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
