import { expect, it } from 'vitest';
import { breaches } from './breaches.ts';
import { coveredTo, owned, range } from './heard.ts';
import type { MakeWorld, SourceWorld, WorldMember } from './source-world.ts';
import { store } from './store.ts';
import { firstTold, type Told, toldOf } from './told.ts';

/** `offset.metadata.max.bytes`, which counts characters. */
const maxMetadata = 4_096;
/** A source may need so many for itself. */
const reserved = 8;

export function commitCases(open: MakeWorld): void {
  it('what is stored beside an offset letter by letter, as the next member is told', async () => {
    const texts = ['', `{"é": "€ \\ 𝄞"} ${'m'.repeat(1_000)}`, 'é'.repeat(maxMetadata - reserved)];
    const world = await open(texts.length + 1);
    const a = await owning(world, 'a');
    for (const [partition, metadata] of texts.entries()) await store(world, a, partition, { offset: 0, metadata });
    await a.stop();
    const b = await owning(world, 'b');
    const stored = toldOf(b.told, 'granted').toSorted((one, other) => one.partition - other.partition);
    expect(stored.map(({ committed }) => committed)).toEqual([
      ...texts.map((metadata) => ({ offset: 0, metadata })),
      undefined,
    ]);
    expect(breaches([a, b])).toEqual([]);
  });

  it('nothing of too long a text, but the offset, or says so; and what goes with it as it is', async () => {
    const world = await open(3);
    const a = await owning(world, 'a');
    for (const partition of range(0, 3)) await world.write(partition, 5);
    await world.until(() => range(0, 3).every((partition) => coveredTo(a, partition) === 5));
    const texts = ['m'.repeat(maxMetadata - reserved), 'm'.repeat(maxMetadata + 1), 'm'];
    const [first, long, last] = await Promise.all(texts.map((text, partition) => commit(a, partition, 2, text)));
    expect([first, last]).toEqual(['done', 'done']);
    const stored = await world.committed();
    expect([stored[0], stored[2]]).toEqual([
      { offset: 2, metadata: texts[0] },
      { offset: 2, metadata: 'm' },
    ]);
    expect(stored[1]).toEqual(long === 'done' ? { offset: 2, metadata: '' } : undefined);
  });

  it('for many partitions at once, and never an older offset after a newer one', async () => {
    const partitions = 6;
    const world = await open(partitions);
    const a = await owning(world, 'a');
    for (const partition of range(0, partitions)) await world.write(partition, 30);
    await world.until(() => range(0, partitions).every((partition) => coveredTo(a, partition) === 30));
    const seen: number[][] = [];
    const commitAll = range(0, partitions).map(async (partition) => {
      for (const offset of range(1, 31)) await store(world, a, partition, { offset });
    });
    const over = Promise.all(commitAll).then(() => true);
    do seen.push((await world.committed()).map((stored) => stored?.offset ?? -1));
    while (!(await Promise.race([over, Promise.resolve(false)])));
    seen.push((await world.committed()).map((stored) => stored?.offset ?? -1));
    expect(seen.at(-1)).toEqual(range(0, partitions).map(() => 30));
    for (const partition of range(0, partitions)) {
      const steps = seen.map((offsets) => offsets[partition] ?? -1);
      expect(steps).toEqual(steps.toSorted((one, other) => one - other));
    }
  });

  it('nothing once it is told to stop, and says so', async () => {
    const world = await open(1);
    const a = await owning(world, 'a');
    await world.write(0, 10);
    await world.until(() => coveredTo(a) === 10);
    await store(world, a, 0, { offset: 3, metadata: 'kept' });
    const stopping = a.stop();
    expect(await commit(a, 0, 8, '')).toBe('LEASE_LOST');
    await stopping;
    expect(toldOf(a.told, 'revoked')).toMatchObject([{ partition: 0, aborted: true }]);
    expect(await commit(a, 0, 9, '')).toBe('LEASE_LOST');
    expect(await world.committed()).toEqual([{ offset: 3, metadata: 'kept' }]);
  });

  it('nothing for a partition that is another’s now, while what it keeps goes on', async () => {
    const world = await open(2);
    const a = await owning(world, 'a');
    for (const partition of [0, 1]) await world.write(partition, 20);
    await world.until(() => [0, 1].every((partition) => coveredTo(a, partition) === 20));
    const b = await world.member('b');
    await world.until(() => owned(a).length === 1 && owned(b).length === 1);
    const moved = firstTold(b.told, 'granted').partition;
    const kept = 1 - moved;
    await world.until(() => coveredTo(b, moved) === 20);
    await store(world, b, moved, { offset: 9 });
    expect(await commit(a, moved, 2, '')).toBe('LEASE_LOST');
    await store(world, a, kept, { offset: 3 });
    const stored = await world.committed();
    expect([stored[moved]?.offset, stored[kept]?.offset]).toEqual([9, 3]);
    expect(breaches([a, b])).toEqual([]);
  });

  it('where a group begins, before anything has come', async () => {
    const world = await open(1);
    await world.write(0, 10);
    const a = await world.member('a', { plan: { begins: 'none' } });
    await world.until(() => owned(a).length === 1);
    const outcomes: string[] = [];
    await world.until(async () => {
      outcomes.push(await commit(a, 0, 10, 'begun'));
      return outcomes.at(-1) === 'done';
    });
    for (const outcome of outcomes.slice(0, -1)) expect(outcome).toBe('BROKER_UNAVAILABLE');
    expect(await world.committed()).toEqual([{ offset: 10, metadata: 'begun' }]);
    expect(a.told.map(({ what }: Told) => what)).toEqual(['granted']);
  });
}

async function owning(world: SourceWorld, name: string): Promise<WorldMember> {
  const partitions = (await world.committed()).length;
  const member = await world.member(name);
  await world.until(() => owned(member).length === partitions);
  return member;
}

function commit(member: WorldMember, partition: number, offset: number, metadata: string): Promise<string> {
  return member.perform({ action: 'commit', partition, offset, metadata });
}
