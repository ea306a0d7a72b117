import { expect, it } from 'vitest';
import { breaches } from './breaches.ts';
import { coveredTo, offsets, owned, range } from './heard.ts';
import type { MakeWorld } from './source-world.ts';
import { store } from './store.ts';
import { firstTold, toldOf } from './told.ts';

export function sessionCases(open: MakeWorld): void {
  it('after which the partitions of a member that crashed go to another, from its last commit on', async () => {
    const world = await open(2);
    const a = await world.member('a', { apart: true });
    await world.until(() => owned(a).length === 2);
    await world.write(0, 10);
    await world.until(() => coveredTo(a) === 10);
    const stored = { offset: 6, metadata: 'map' };
    await store(world, a, 0, stored);
    await a.crash();
    const crashedMs = world.nowMs();
    const b = await world.member('b');
    await world.until(() => coveredTo(b) === 10);
    expect(firstTold(b.told, 'granted', 0).committed).toEqual(stored);
    expect(offsets(b)).toEqual(range(6, 10));
    expect(breaches([a, b], { gone: { a: crashedMs } })).toEqual([]);
  });

  it('past which a process that stood still does no more under its leases, and gets new ones', async () => {
    const world = await open(2);
    const { sessionMs } = world.times;
    const a = await world.member('a', { apart: true, plan: { worksEveryMs: 50 } });
    await world.until(() => owned(a).length === 2 && toldOf(a.told, 'worked').length > 10);
    await world.write(0, 10);
    await world.until(() => coveredTo(a) === 10);
    await a.standStill(2 * sessionMs);
    const stillMs = world.nowMs();
    const b = await world.member('b');
    await world.until(() => owned(b).length === 2);
    const takenMs = firstTold(b.told, 'granted', 0).atMs;
    await store(world, b, 0, { offset: 8, metadata: 'b' });
    const late = a.perform({ action: 'commit', partition: 0, offset: 2, metadata: 'late', epoch: 1 });
    await world.until(() => toldOf(a.told, 'revoked').length === 2);
    expect(await late).toBe('LEASE_LOST');
    await world.until(() => owned(a).length === 1 && owned(b).length === 1);
    const old = toldOf(a.told, 'worked').filter(({ epoch }) => epoch === 1);
    expect(old.filter(({ atMs }) => atMs > takenMs)).toEqual([]);
    expect(old.length).toBeGreaterThan(0);
    expect((await world.committed())[0]).toEqual({ offset: 8, metadata: 'b' });
    expect(breaches([a, b], { gone: { a: stillMs } })).toEqual([]);
  });

  it('that lasts while the coordinator is away for less', async () => {
    const world = await open(1);
    const a = await world.member('a', { plan: { commits: true } });
    await world.until(() => owned(a).length === 1);
    await world.write(0, 10);
    await world.until(async () => (await world.committed())[0]?.offset === 10);
    await world.coordinatorAway(world.times.sessionMs / 4);
    await world.write(0, 10);
    await world.until(async () => (await world.committed())[0]?.offset === 20);
    expect([toldOf(a.told, 'granted').length, offsets(a)]).toEqual([1, range(0, 20)]);
    expect(breaches([a])).toEqual([]);
  });

  it('that ends by itself while the coordinator is away for longer, and another one when it is back', async () => {
    const world = await open(1);
    const a = await world.member('a', { plan: { commits: true } });
    await world.until(() => owned(a).length === 1);
    await world.write(0, 10);
    await world.until(async () => (await world.committed())[0]?.offset === 10);
    const awayMs = 2 * world.times.sessionMs;
    const backMs = world.nowMs() + awayMs;
    await world.coordinatorAway(awayMs);
    await world.until(() => owned(a).length === 0);
    expect(world.nowMs()).toBeLessThan(backMs);
    await world.until(() => owned(a).length === 1);
    await world.write(0, 10);
    await world.until(async () => (await world.committed())[0]?.offset === 20);
    expect(offsets(a)).toEqual(range(0, 20));
    expect(breaches([a])).toEqual([]);
  });
}
