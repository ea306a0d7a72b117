import { expect, it } from 'vitest';
import { breaches } from './breaches.ts';
import { coveredTo, offsets, owned, range } from './heard.ts';
import type { MakeWorld } from './source-world.ts';
import { store } from './store.ts';
import { firstTold, lastTold, toldOf } from './told.ts';

export function logCases(open: MakeWorld): void {
  it('and goes on at the oldest record that retention has left, under the same lease, its commit untouched', async () => {
    const world = await open(1);
    const a = await world.member('a');
    await world.until(() => owned(a).length === 1);
    await world.write(0, 10);
    await world.until(() => coveredTo(a) === 10);
    await store(world, a, 0, { offset: 4, metadata: 'map' });
    await a.perform({ action: 'pause', partition: 0 });
    await world.write(0, 90);
    await world.deleteRecords(0, 60);
    await a.perform({ action: 'resume', partition: 0 });
    await world.until(() => coveredTo(a) === 100);
    expect(offsets(a).slice(-40)).toEqual(range(60, 100));
    expect([toldOf(a.told, 'granted').length, breaches([a])]).toEqual([1, []]);
    expect(await world.committed()).toEqual([{ offset: 4, metadata: 'map' }]);
  });

  it('and reads one that was made anew, though more of the old one waits at a pause', async () => {
    const world = await open(1);
    await world.write(0, 100);
    const a = await world.member('a', { plan: { pausesAfter: 10 } });
    await world.until(() => coveredTo(a) > 0);
    await world.makeTopicAnew();
    await world.write(0, 8);
    await world.until(async () => {
      await a.perform({ action: 'resume', partition: 0 });
      return toldOf(a.told, 'granted').length > 1 && coveredTo(a) === 8;
    });
    expect(offsets(a, 0, lastTold(a.told, 'granted').epoch)).toEqual(range(0, 8));
    expect(breaches([a])).toEqual([]);
  });

  it('and begins at its oldest record where that lies past the commit', async () => {
    const world = await open(1);
    await world.write(0, 30);
    const a = await world.member('a');
    await world.until(() => coveredTo(a) === 30);
    await store(world, a, 0, { offset: 5, metadata: 'map' });
    await a.stop();
    await world.deleteRecords(0, 10);
    const b = await world.member('b');
    await world.until(() => coveredTo(b) === 30);
    expect(offsets(b)).toEqual(range(10, 30));
    const committed = { offset: 5, metadata: 'map' };
    expect(toldOf(b.told, 'granted')).toMatchObject([{ committed, logStart: 10, logEnd: 30 }]);
  });

  it('and is granted one that was made anew as one that ends before what was read', async () => {
    const world = await open(1);
    await world.write(0, 50);
    const a = await world.member('a');
    await world.until(() => coveredTo(a) === 50);
    await world.makeTopicAnew();
    await world.write(0, 10);
    await world.until(() => toldOf(a.told, 'granted').length > 1 && coveredTo(a) === 10);
    const { epoch } = lastTold(a.told, 'granted');
    expect(epoch).toBeGreaterThan(firstTold(a.told, 'granted').epoch);
    expect(offsets(a, 0, epoch)).toEqual(range(0, 10));
    expect(breaches([a])).toEqual([]);
  });

  it('and reads the partitions that were added from their first record', async () => {
    const world = await open(1);
    const a = await world.member('a', { plan: { commits: true } });
    await world.until(() => owned(a).length === 1);
    await world.addPartitions(2);
    for (const partition of range(0, 3)) await world.write(partition, 10);
    await world.until(async () => (await world.committed()).every((stored) => stored?.offset === 10));
    expect(range(0, 3).map((partition) => offsets(a, partition))).toEqual(range(0, 3).map(() => range(0, 10)));
    expect(toldOf(a.told, 'granted').filter(({ partition }) => partition === 0)).toHaveLength(1);
    expect(breaches([a])).toEqual([]);
  });
}
