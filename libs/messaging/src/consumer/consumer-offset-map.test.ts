import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consumerUnderTest, orderRecord, pass, settle } from './consumer.test-support.ts';
import type { Commit } from '../ports/record-source.ts';

const names = Array.from({ length: 50 }, (_, number) => `ann${number}`);

/** One life of a group: it begins at what the last one committed; the test says which calls end. */
async function life(committed: Commit, ends: (id: string) => boolean) {
  const parts = consumerUnderTest();
  const partition = parts.source.partition(0);
  partition.committed = committed;
  parts.source.append(0, ...names.map((name) => orderRecord(name, 1)));
  parts.api.answer = (call) => ends(call.id) && call.done();
  await parts.consumer.start();
  parts.source.grant(0);
  await pass(250);
  return { ...parts, committed: () => partition.committed! };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('what is done beyond a record that is stuck', () => {
  it('stays done over a crash: only what has no outcome is called again', async () => {
    const first = await life({ offset: 0, metadata: '' }, (id) => !['ann3-1', 'ann7-1'].includes(id));
    expect(first.committed().offset).toBe(3);
    const second = await life(first.committed(), () => true);
    expect(second.api.ids).toEqual(['ann3-1', 'ann7-1']);
    expect(second.committed()).toEqual({ offset: 50, metadata: '' });
  });

  it('stays done over several crashes, and over those that came before all was delivered again', async () => {
    const first = await life({ offset: 0, metadata: '' }, (id) => id !== 'ann0-1');
    const second = await life(first.committed(), () => false);
    expect(second.api.ids).toEqual(['ann0-1']);
    const third = await life(second.committed(), () => true);
    expect(third.api.ids).toEqual(['ann0-1']);
  });

  it('is told to be skipped, with an outcome of its own', async () => {
    const first = await life({ offset: 0, metadata: '' }, (id) => id !== 'ann0-1');
    const ended: string[] = [];
    const second = consumerUnderTest({ ended: ({ offset }, outcome) => ended.push(`${offset} ${outcome}`) });
    second.source.partition(0).committed = first.committed();
    second.source.append(0, ...names.slice(0, 3).map((name) => orderRecord(name, 1)));
    await second.consumer.start();
    second.source.grant(0);
    await settle();
    expect(ended).toEqual(['1 skipped', '2 skipped']);
  });

  it('is not believed beside an offset that it was not written for, and that is said', async () => {
    const first = await life({ offset: 0, metadata: '' }, (id) => id !== 'ann3-1');
    const moved = { ...first.committed(), offset: 2 };
    const second = await life(moved, () => true);
    expect(second.api.ids).toHaveLength(48);
    expect(second.lines).toContainEqual(expect.objectContaining({ level: 'warn', why: 'moved' }));
  });
});

describe('a map near its limit', () => {
  it('stops the partition until there is room, and then goes on', async () => {
    const { consumer, source, api } = consumerUnderTest({ concurrency: 5_000, held: { records: 100_000 } });
    await consumer.start();
    const lease = source.grant(0);
    // each second call hangs: nothing is longer to write down
    api.answer = (call) => Number(call.id.slice(3, -2)) % 2 === 0 && call.done();
    const count = 60_000;
    source.append(0, ...Array.from({ length: count }, (_, number) => orderRecord(`ann${number}`, 1)));
    await pass(1_000);
    expect(lease.paused).toBe(true);
    expect(source.partition(0).committed!.metadata.length).toBeLessThanOrEqual(4_096);
    expect(api.calls.length).toBeLessThan(count);
    api.answer = (call) => call.done();
    for (const call of api.open) call.done();
    await pass(1_000);
    expect(source.partition(0).committed).toEqual({ offset: count, metadata: '' });
  }, 30_000);
});
