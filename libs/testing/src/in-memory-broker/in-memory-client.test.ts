import { describe, expect, it } from 'vitest';
import type { Claims, Fetched, TopicPartition } from '@millrace/messaging/membership';
import type { ClientOptions } from './client-options.ts';
import { InMemoryClient } from './in-memory-client.ts';
import { groupSourceDefaults } from './in-memory-group-source.ts';
import { MemberProcess } from './member-process.ts';
import type { Fate, SentRequest } from './network.ts';
import { group, Scene, topic } from './scene.test-support.ts';

const p0 = { topic, partition: 0 };

/** A client on its own, without what makes it safe. */
function bareClient(scene: Scene, name = 'bare', settings: Partial<ClientOptions> = {}) {
  const process = new MemberProcess(name, scene.clock);
  const options = { ...groupSourceDefaults, broker: scene.broker, process, group, topics: [topic] };
  const assignments: (readonly number[])[] = [];
  const batches: string[] = [];
  const claims: Claims = { owned: [], draining: [] };
  const client = new InMemoryClient({ ...options, outOfRange: 'commits-oldest', commitAttempts: 5, ...settings });
  client.start({
    claims: () => claims,
    joined: (assigned: readonly TopicPartition[]) => assignments.push(assigned.map(({ partition }) => partition)),
    confirmed: () => undefined,
    forgotten: () => undefined,
    fetched: ({ partition, fetchedFrom, lastOffset }: Fetched) =>
      batches.push(`${partition}: ${fetchedFrom} to ${lastOffset + 1}`),
    failed: (_, why) => batches.push(why),
  });
  return { client, assignments, batches };
}

const longPoll = { maxWaitMs: 5_000 };

function scene(options: { partitions?: number; fate?: (request: SentRequest) => Fate | undefined } = {}) {
  const { partitions = 1, fate } = options;
  return new Scene(partitions, fate && { fate });
}

async function joined(world: Scene, bare: ReturnType<typeof bareClient>, times = 1): Promise<void> {
  await world.until(() => bare.assignments.length >= times);
}

describe('a client without fences', () => {
  it('goes back to what is committed at each join, also where it stays the owner', async () => {
    const world = scene();
    world.append(100);
    const bare = bareClient(world, 'bare', { maxRecordsPerPartition: 25 });
    await world.until(() => bare.batches.at(-1)?.endsWith('to 100') ?? false);
    await world.ending(bare.client.store([{ ...p0, offset: 40, metadata: '' }]));
    bare.client.rejoin();
    await joined(world, bare, 2);
    await world.until(() => bare.batches.includes('0: 40 to 65'));
    expect(bare.batches.slice(0, 5)).toEqual([
      '0: 0 to 25',
      '0: 25 to 50',
      '0: 50 to 75',
      '0: 75 to 100',
      '0: 40 to 65',
    ]);
  });

  it('is moved by an answer that it asked for before a join, and so leaves records out', async () => {
    const world = scene();
    world.append(100);
    const bare = bareClient(world, 'bare', longPoll);
    await world.until(() => bare.batches.at(-1)?.endsWith('to 100') ?? false);
    await world.ending(bare.client.store([{ ...p0, offset: 40, metadata: '' }]));
    bare.client.rejoin();
    await joined(world, bare, 2);
    world.append(1);
    await world.pass(1_000);
    expect(bare.batches).toEqual(['0: 0 to 100', '0: 100 to 101']);
  });

  it('hands over what it asked for of a partition that it has lost', async () => {
    const world = scene({ partitions: 2 });
    const bare = bareClient(world, 'bare', longPoll);
    await joined(world, bare);
    const other = bareClient(world, 'other', longPoll);
    await joined(world, other);
    const lost = [0, 1].find((partition) => !bare.assignments.at(-1)?.includes(partition));
    world.append(1, lost);
    await world.pass(1_000);
    expect(other.assignments.at(-1)).toContain(lost);
    expect(bare.batches).toEqual([`${lost}: 0 to 1`]);
  });

  it('hands over what is in its hands when it is paused, and reads again what arrives later', async () => {
    const world = scene({ partitions: 2 });
    world.append(10, 0);
    world.append(10, 1);
    world.append(10, 0);
    const bare = bareClient(world, 'bare', { maxRecordsPerPartition: 5 });
    await world.until(() => bare.batches.length > 0);
    for (const partition of [0, 1]) bare.client.pause({ topic, partition });
    await world.pass(1_000);
    const paused = bare.batches.length;
    expect(paused).toBeLessThanOrEqual(2);
    for (const partition of [0, 1]) bare.client.resume({ topic, partition });
    await world.pass(1_000);
    const ofFirst = bare.batches.filter((batch) => batch.startsWith('0'));
    expect(ofFirst).toEqual(['0: 0 to 5', '0: 5 to 10', '0: 10 to 15', '0: 15 to 20']);
  });

  it('overwrites what the new owner of a partition has committed', async () => {
    const world = scene();
    const bare = bareClient(world);
    await joined(world, bare);
    const other = bareClient(world, 'other');
    await joined(world, other);
    const loser = world.broker.group(group).ownerOf(p0) === 'bare' ? other : bare;
    await world.ending(loser.client.store([{ ...p0, offset: 12, metadata: '' }]));
    const stored = world.stored.at(-1);
    expect(stored?.offset).toBe(12);
    expect(stored?.owner).not.toBe(stored?.member);
  });

  it('repeats a commit under the generation of another time', async () => {
    const losing = { it: false };
    const world = scene({
      fate: ({ from, api }) =>
        losing.it && from === 'bare' && api === 'commit' ? { lost: 'request', noticedMs: 5 } : undefined,
    });
    const bare = bareClient(world);
    await joined(world, bare);
    losing.it = true;
    const committed = bare.client.store([{ ...p0, offset: 12, metadata: '' }]);
    const before = world.broker.group(group).generation;
    const other = bareClient(world, 'other');
    await joined(world, other);
    losing.it = false;
    expect(await world.ending(committed)).toBe('stored');
    expect(world.stored.map(({ offset }) => offset)).toEqual([12]);
    expect(world.broker.group(group).generation).toBeGreaterThan(before);
  });

  it('cannot tell which partition of a commit was refused', async () => {
    const world = scene({ partitions: 2 });
    const bare = bareClient(world, 'bare', { commitAttempts: 1 });
    await joined(world, bare);
    const offsets = [
      { ...p0, offset: 0, metadata: 'x'.repeat(4_097) },
      { topic, partition: 1, offset: 0, metadata: 'y' },
    ];
    const error = bare.client.store(offsets);
    expect(await world.ending(error)).toBe('metadata-too-large');
    expect(world.stored.map(({ partition }) => partition)).toEqual([1]);
  });

  it('wipes what is stored beside the offset when that is out of range', async () => {
    const world = scene();
    world.append(10);
    world.broker.group(group).offsets.set(p0, { offset: 3, metadata: 'map' });
    world.broker.deleteBelow(p0, 5);
    const bare = bareClient(world);
    await world.until(() => bare.batches.length > 1);
    expect(bare.batches).toEqual(['out-of-range', '0: 5 to 10']);
    await world.pass(100);
    expect(world.stored.at(-1)).toMatchObject({ offset: -2, metadata: '' });
  });

  it('says of offsets without a record only that they were covered', async () => {
    const world = scene();
    world.append(1);
    world.broker.skip(p0, 5);
    const bare = bareClient(world);
    await world.until(() => bare.batches.length > 0);
    world.broker.skip(p0, 4);
    await world.until(() => bare.batches.length > 1);
    expect(bare.batches).toEqual(['0: 0 to 6', '0: 6 to 10']);
  });

  it('finds new partitions by itself', async () => {
    const world = scene();
    const bare = bareClient(world);
    await joined(world, bare);
    world.broker.addPartitions(topic, 1);
    await joined(world, bare, 2);
    expect(bare.assignments).toEqual([[0], [0, 1]]);
  });
});
