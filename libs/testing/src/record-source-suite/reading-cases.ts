import { mostPerDelivery } from '@millrace/messaging/membership';
import { expect, it } from 'vitest';
import { breaches } from './breaches.ts';
import { coveredTo, offsets, owned, range } from './heard.ts';
import type { MakeWorld, SourceWorld } from './source-world.ts';
import { toldOf } from './told.ts';

export function readingCases(open: MakeWorld): void {
  it('each record once and in order, also what comes later', async () => {
    const world = await open(1);
    const a = await world.member('a');
    await world.write(0, 250);
    await world.until(() => coveredTo(a) === 250);
    await world.write(0, 3);
    await world.until(() => coveredTo(a) === 253);
    expect([offsets(a), breaches([a])]).toEqual([range(0, 253), []]);
  });

  it('nothing before it is told where to begin, not even when it is resumed', async () => {
    const world = await open(1);
    await world.write(0, 10);
    const a = await world.member('a', { plan: { begins: 'none' } });
    await world.until(() => owned(a).length === 1);
    await a.perform({ action: 'resume', partition: 0 });
    await readByAnother(world, 10);
    expect(offsets(a)).toEqual([]);
    expect(toldOf(a.told, 'granted')).toMatchObject([{ committed: undefined, logStart: 0, logEnd: 10 }]);
    await a.perform({ action: 'readFrom', partition: 0, offset: 4 });
    await world.until(() => coveredTo(a) === 10);
    expect([offsets(a), breaches([a])]).toEqual([range(4, 10), []]);
  });

  it('from elsewhere when it is told so again', async () => {
    const world = await open(1);
    await world.write(0, 100);
    const a = await world.member('a');
    await world.until(() => coveredTo(a) === 100);
    await a.perform({ action: 'readFrom', partition: 0, offset: 90 });
    await world.write(0, 5);
    await world.until(() => coveredTo(a) === 105);
    expect([offsets(a), breaches([a], { readAgain: true })]).toEqual([[...range(0, 100), ...range(90, 105)], []]);
  });

  it('up to the end, though its last offsets hold no record', async () => {
    const world = await open(1);
    const a = await world.member('a');
    await world.write(0, 2);
    await world.hide(0);
    await world.write(0, 2);
    await world.hide(0);
    const end = await world.logEnd(0);
    await world.until(() => coveredTo(a) === end);
    const hidden = (end - 4) / 2;
    expect(offsets(a)).toEqual([0, 1, 2 + hidden, 3 + hidden]);
    expect(hidden).toBeGreaterThan(0);
    await world.until(async () => (await a.state()).progress.some(({ endOffset }) => endOffset === end));
    expect(breaches([a])).toEqual([]);
  });

  it('up to the end, though no offset holds a record', async () => {
    const world = await open(1);
    await world.hide(0);
    const end = await world.logEnd(0);
    const a = await world.member('a', { plan: { commits: true } });
    await world.until(async () => (await world.committed())[0]?.offset === end);
    expect([offsets(a), coveredTo(a)]).toEqual([[], end]);
  });

  it('nothing once it is paused, and goes on there when it is resumed', async () => {
    const world = await open(1);
    const a = await world.member('a');
    await world.until(() => owned(a).length === 1);
    for (let batch = 0; batch < 20; batch++) await world.write(0, 10);
    await world.until(() => coveredTo(a) > 0);
    await a.perform({ action: 'pause', partition: 0 });
    await a.perform({ action: 'pause', partition: 0 });
    const paused = coveredTo(a);
    for (let batch = 0; batch < 60; batch++) await world.write(0, 10);
    await readByAnother(world, 800);
    expect(coveredTo(a)).toBe(paused);
    await a.perform({ action: 'resume', partition: 0 });
    await world.until(() => coveredTo(a) === 800);
    expect([offsets(a), breaches([a])]).toEqual([range(0, 800), []]);
  });

  it('a fetch piece by piece where it is paused in the midst of one', async () => {
    const world = await open(1);
    await world.write(0, 300);
    const a = await world.member('a', { plan: { pausesAfter: 10 } });
    await world.until(() => coveredTo(a) > 0);
    while (coveredTo(a) < 300) {
      const before = coveredTo(a);
      await a.perform({ action: 'resume', partition: 0 });
      await world.until(() => coveredTo(a) > before);
      expect(coveredTo(a) - before).toBeLessThan(10 + mostPerDelivery);
    }
    expect([offsets(a), breaches([a])]).toEqual([range(0, 300), []]);
  });

  it('nothing of what waits when it is told to read from elsewhere, and nothing from there until it is resumed', async () => {
    const world = await open(1);
    await world.write(0, 100);
    const a = await world.member('a', { plan: { pausesAfter: 10 } });
    await world.until(() => coveredTo(a) > 0);
    const paused = coveredTo(a);
    await a.perform({ action: 'readFrom', partition: 0, offset: 80 });
    await readByAnother(world, 100);
    expect(coveredTo(a)).toBe(paused);
    await a.perform({ action: 'resume', partition: 0 });
    await world.until(() => coveredTo(a) > 80);
    await a.perform({ action: 'resume', partition: 0 });
    await world.until(() => coveredTo(a) === 100);
    expect([offsets(a), breaches([a])]).toEqual([[...range(0, paused), ...range(80, 100)], []]);
  });

  it('one partition while another is paused', async () => {
    const world = await open(2);
    const a = await world.member('a');
    await world.until(() => owned(a).length === 2);
    await a.perform({ action: 'pause', partition: 0 });
    await world.write(0, 10);
    await world.write(1, 10);
    await world.until(() => coveredTo(a, 1) === 10);
    expect(offsets(a, 0)).toEqual([]);
    await a.perform({ action: 'resume', partition: 0 });
    await world.until(() => coveredTo(a, 0) === 10);
    expect(breaches([a])).toEqual([]);
  });

  it('and says that it does not until it is in the group', async () => {
    const world = await open(1);
    const a = await world.member('a');
    expect(await a.state()).toMatchObject({ notReady: expect.any(String) as string, progress: [] });
    await world.until(async () => (await a.state()).notReady === undefined);
    await world.until(() => owned(a).length === 1);
    await a.stop();
    expect([(await a.state()).progress, owned(a)]).toEqual([[], []]);
  });
}

/** Shows that all of partition 0 can be read by now. */
async function readByAnother(world: SourceWorld, end: number): Promise<void> {
  const other = await world.member('other', { group: 'another' });
  await world.until(() => coveredTo(other) === end);
}
