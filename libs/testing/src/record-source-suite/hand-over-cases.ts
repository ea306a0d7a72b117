import { expect, it } from 'vitest';
import { breaches } from './breaches.ts';
import { coveredTo, leaseName, offsets, owned, range } from './heard.ts';
import type { MakeWorld, SourceWorld, WorldMember } from './source-world.ts';
import { store } from './store.ts';
import { firstTold, lastTold, toldOf } from './told.ts';

export function handOverCases(open: MakeWorld): void {
  it('what it was asked to let go of only when that is done, and its last commit with it', async () => {
    const world = await open(2);
    const a = await world.member('a', { plan: { releases: 'when told' } });
    await world.until(() => owned(a).length === 2);
    for (const partition of [0, 1]) await world.write(partition, 10);
    await world.until(() => [0, 1].every((partition) => coveredTo(a, partition) === 10));
    const b = await world.member('b', { plan: { begins: 'none' } });
    await world.until(() => toldOf(a.told, 'revoking').length > 0);
    const { partition } = firstTold(a.told, 'revoking');
    expect([owned(a), owned(b)]).toEqual([[0, 1], []]);
    const last = { offset: 7, metadata: 'last' };
    await store(world, a, partition, last);
    await a.perform({ action: 'release', partition });
    await world.until(() => owned(b).length === 1);
    expect(toldOf(b.told, 'granted')).toMatchObject([{ partition, committed: last }]);
    expect(storyOf(partition, a, b)).toEqual([
      'a granted',
      'a records',
      'a revoking',
      'a released',
      'a revoked',
      'b granted',
    ]);
    expect(breaches([a, b])).toEqual([]);
  });

  it('what waits at a pause: the next owner gets it, and the one before nothing more', async () => {
    const world = await open(2);
    for (const partition of [0, 1]) await world.write(partition, 100);
    const a = await world.member('a', { plan: { commits: true, pausesAfter: 10 } });
    await world.until(() => [0, 1].every((partition) => coveredTo(a, partition) > 0));
    const paused = [coveredTo(a, 0), coveredTo(a, 1)];
    const b = await world.member('b', { plan: { commits: true } });
    await shared(world, 2, a, b);
    const [kept = -1] = owned(a);
    const given = 1 - kept;
    await a.perform({ action: 'resume', partition: given });
    await world.until(() => coveredTo(b, given) === 100);
    expect([coveredTo(a, 0), coveredTo(a, 1)]).toEqual(paused);
    expect(offsets(b, given)).toEqual(range(paused[given] ?? 0, 100));
    while (coveredTo(a, kept) < 100) {
      const before = coveredTo(a, kept);
      await a.perform({ action: 'resume', partition: kept });
      await world.until(() => coveredTo(a, kept) > before);
    }
    expect([offsets(a, kept), breaches([a, b])]).toEqual([range(0, 100), []]);
  });

  it('nothing of what stays: the leases are the same over all joins and leaves, and deliver nothing again', async () => {
    const partitions = 6;
    const world = await open(partitions);
    const a = await world.member('a', { plan: { commits: true } });
    await world.until(() => owned(a).length === partitions);
    await writeAll(world, partitions, 20);
    const b = await world.member('b', { plan: { commits: true } });
    await shared(world, partitions, a, b);
    await writeAll(world, partitions, 20);
    const c = await world.member('c', { plan: { commits: true } });
    await shared(world, partitions, a, b, c);
    await writeAll(world, partitions, 20);
    await committed(world, 60);
    await b.stop();
    await shared(world, partitions, a, c);
    await c.stop();
    await shared(world, partitions, a);
    await writeAll(world, partitions, 20);
    const members = [a, b, c];
    await committed(world, 80);

    const first = toldOf(a.told, 'granted').slice(0, partitions).map(leaseName);
    const lost = new Set(toldOf(a.told, 'revoked').map(leaseName));
    expect(first.filter((lease) => !lost.has(lease))).toHaveLength(2);
    for (const partition of range(0, partitions)) {
      const all = members.flatMap((member) => offsets(member, partition));
      expect(all.toSorted((one, other) => one - other)).toEqual(range(0, 80));
    }
    expect(breaches(members)).toEqual([]);
  });

  it('each partition to one member at a time, while members come and go', async () => {
    const partitions = 8;
    const world = await open(partitions);
    const members = [await world.member('m0', { plan: { commits: true } })];
    for (const round of range(1, 6)) {
      members.push(await world.member(`m${round}`, { plan: { commits: true } }));
      await writeAll(world, partitions, 10);
      await shared(world, partitions, ...members.slice(-2));
      await writeAll(world, partitions, 10);
      await committed(world, 20 * round);
      await members.at(-2)?.stop();
    }
    await shared(world, partitions, ...members.slice(-1));
    for (const partition of range(0, partitions))
      expect(members.flatMap((member) => offsets(member, partition))).toEqual(range(0, 100));
    expect(breaches(members)).toEqual([]);
  });

  it('without waiting for work that takes longer than it may', async () => {
    const world = await open(2);
    const a = await world.member('a', { plan: { releases: 'when told' } });
    await world.until(() => owned(a).length === 2);
    const b = await world.member('b');
    await world.until(() => owned(b).length === 1);
    const { partition } = firstTold(b.told, 'granted');
    expect(owned(a)).toEqual([1 - partition]);
    const going = firstTold(a.told, 'revoking');
    const ended = firstTold(a.told, 'revoked', partition);
    expect(going).toMatchObject({ partition, deadlineMs: world.times.drainMs });
    expect(ended.atMs - going.atMs).toBeGreaterThanOrEqual(world.times.drainMs - timerError);
    const late = { action: 'commit', partition, offset: 0, metadata: 'late', epoch: ended.epoch } as const;
    expect(await a.perform(late)).toBe('LEASE_LOST');
    expect(breaches([a, b])).toEqual([]);
  });

  it('nothing that has come in while it drains', async () => {
    const world = await open(2);
    const a = await world.member('a', { plan: { releases: 'when told' } });
    await world.until(() => owned(a).length === 2);
    const b = await world.member('b');
    await world.until(() => toldOf(a.told, 'revoking').length > 0);
    const { partition } = firstTold(a.told, 'revoking');
    for (const each of [0, 1]) await world.write(each, 5);
    await world.until(() => coveredTo(a, 1 - partition) === 5);
    await a.perform({ action: 'release', partition });
    await world.until(() => coveredTo(b, partition) === 5);
    expect([offsets(a, partition), offsets(b, partition)]).toEqual([[], range(0, 5)]);
    expect(breaches([a, b])).toEqual([]);
  });

  it('at once what its consumer has let go of before', async () => {
    const world = await open(2);
    const a = await world.member('a', { plan: { releases: 'when told' } });
    await world.until(() => owned(a).length === 2);
    for (const partition of [0, 1]) await a.perform({ action: 'release', partition });
    const b = await world.member('b');
    await world.until(() => owned(b).length === 1);
    expect([toldOf(a.told, 'revoking'), owned(a).length]).toEqual([[], 1]);
    expect(breaches([a, b])).toEqual([]);
  });

  it('all of it when it stops, and does not have the group wait for its session', async () => {
    const world = await open(2);
    const a = await world.member('a', { sessionMs: patientSessionMs, plan: { commits: true } });
    await world.until(() => owned(a).length === 2);
    await writeAll(world, 2, 10);
    await committed(world, 10);
    await a.stop();
    const leftMs = world.nowMs();
    const b = await world.member('b');
    await world.until(() => owned(b).length === 2);
    expect(world.nowMs() - leftMs).toBeLessThan(patientSessionMs);
    await writeAll(world, 2, 1);
    await world.until(() => [0, 1].every((partition) => coveredTo(b, partition) === 11));
    expect([offsets(b, 0), offsets(b, 1)]).toEqual([[10], [10]]);
    expect(breaches([a, b])).toEqual([]);
  });

  it('a partition that comes back under a greater epoch', async () => {
    const world = await open(2);
    const a = await world.member('a');
    await world.until(() => owned(a).length === 2);
    const b = await world.member('b');
    await shared(world, 2, a, b);
    await b.stop();
    await shared(world, 2, a);
    const lost = firstTold(a.told, 'revoked');
    expect(lastTold(a.told, 'granted', lost.partition).epoch).toBeGreaterThan(lost.epoch);
  });
}

/** Far more than it takes to join a group, also on a busy machine. */
const patientSessionMs = 60_000;
/** A timer of Node may end so much early. */
const timerError = 2;

/** Waits until these members, and each of them, share all partitions. */
async function shared(world: SourceWorld, partitions: number, ...members: readonly WorldMember[]): Promise<void> {
  const even = Math.floor(partitions / members.length);
  await world.until(() => {
    const all = members.flatMap((member) => owned(member));
    return new Set(all).size === partitions && members.every((member) => owned(member).length >= even);
  });
}

/** Waits until the group has committed so much of every partition, as consumers do before they stop. */
async function committed(world: SourceWorld, offset: number): Promise<void> {
  await world.until(async () => (await world.committed()).every((stored) => stored?.offset === offset));
}

async function writeAll(world: SourceWorld, partitions: number, count: number): Promise<void> {
  await Promise.all(range(0, partitions).map((partition) => world.write(partition, count)));
}

/** What happened to a partition, over members, without repetitions. */
function storyOf(partition: number, ...members: readonly WorldMember[]): readonly string[] {
  const all = members.flatMap(({ name, told }) => told.map((each) => ({ ...each, name })));
  const story = all.filter((each) => each.partition === partition).toSorted((one, other) => one.atMs - other.atMs);
  const told = story.map(({ name, what }) => `${name} ${what}`);
  return told.filter((each, index) => each !== told[index - 1]);
}
