import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Batching } from './delivery.ts';
import { createSystemClock } from '../ports/clock.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { fakeTarget } from '../testing/fake-target.ts';
import type { LaneKey } from './lane.ts';

interface Item {
  readonly name: string;
  needsTarget?: boolean;
  batching?: Batching | undefined;
}

interface QueueOptions {
  readonly concurrency: number;
  readonly closedForMs?: () => number | undefined;
  readonly isProbing?: () => boolean;
  readonly hotAt?: number;
}

/** What items of one batch have in common. */
function batchesOf(maxSize: number, maxDelayMs: number): Batching {
  return { maxSize, maxDelayMs, turn: () => Promise.resolve([]) };
}

/**
 * A queue whose turns the test ends: `end(name)`, with a wait to ask for another turn. A batch is called by the names of its
 * items, `a+b`, and ends with a wait for each.
 */
function queueOf({ concurrency, hotAt = 1_000, ...asked }: QueueOptions) {
  const started: string[] = [];
  const hot: string[] = [];
  const running = new Map<string, (waitMs?: number) => void>();
  const batches = new Map<string, (...waitsMs: (number | undefined)[]) => void>();
  let starved = 0;
  const turn = (item: Item) => {
    started.push(item.name);
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    running.set(item.name, resolve);
    return promise;
  };
  let inGate = 0;
  const gate = fakeTarget({ ...asked, turnStarted: () => void ++inGate, turnEnded: () => void --inGate });
  const queue = new KeyedQueue<Item>({
    concurrency,
    turn,
    batchingOf: ({ batching }) => batching,
    turnTogether: (items) => {
      const name = items.map((each) => each.name).join('+');
      started.push(name);
      const { promise, resolve } = Promise.withResolvers<readonly (number | undefined)[]>();
      batches.set(name, (...waitsMs) => resolve(items.map((_, at) => waitsMs[at])));
      return promise;
    },
    gate,
    random: () => 0.5,
    needsTarget: ({ needsTarget = true }) => needsTarget,
    starved: () => starved++,
    hot: ({ name }) => hot.push(name),
    hotAt,
    clock: createSystemClock(),
  });
  const partition = queue.partition();
  const push = (key: LaneKey, item: Item, to = partition) => queue.push(to, key, item);
  const end = async (name: string, waitMs?: number) => {
    running.get(name)?.(waitMs);
    running.delete(name);
    await vi.advanceTimersByTimeAsync(0);
  };
  const endBatch = async (name: string, ...waitsMs: (number | undefined)[]) => {
    batches.get(name)?.(...waitsMs);
    batches.delete(name);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { queue, partition, push, started, hot, running, end, endBatch, starved: () => starved, inGate: () => inGate };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('KeyedQueue', () => {
  it('works on one item of a key at a time, in order', async () => {
    const { push, started, end } = queueOf({ concurrency: 10 });
    for (const name of ['a1', 'a2', 'a3']) push('a', { name });
    expect(started).toEqual(['a1']);
    await end('a1');
    expect(started).toEqual(['a1', 'a2']);
    await end('a2');
    expect(started).toEqual(['a1', 'a2', 'a3']);
  });

  it('works on different keys side by side, up to its concurrency', async () => {
    const { push, started, end } = queueOf({ concurrency: 2 });
    for (const name of ['a', 'b', 'c', 'd']) push(name, { name });
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('gives each ready key one turn before any has a second', async () => {
    const { push, started, end } = queueOf({ concurrency: 1 });
    for (const name of ['a1', 'a2', 'a3']) push('a', { name });
    for (const name of ['b1', 'b2']) push('b', { name });
    push('c', { name: 'c1' });
    for (const name of ['a1', 'b1', 'c1', 'a2', 'b2']) await end(name);
    expect(started).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('gives a key with much to do its next turn at once, though others wait for their first', async () => {
    const { push, started, end } = queueOf({ concurrency: 4 });
    for (let number = 1; number <= 9; number++) push('a', { name: `a${number}` });
    for (const key of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) push(key, { name: key });
    for (const name of ['a1', 'b', 'a2']) await end(name);
    expect(started).toEqual(['a1', 'b', 'c', 'd', 'a2', 'e', 'a3']);
  });

  it('lets a waiting item hold its key, but no slot', async () => {
    const { push, started, end } = queueOf({ concurrency: 1 });
    push('a', { name: 'a1' });
    push('a', { name: 'a2' });
    push('b', { name: 'b1' });
    await end('a1', 500);
    expect(started).toEqual(['a1', 'b1']);
    await end('b1');
    await vi.advanceTimersByTimeAsync(499);
    expect(started).toEqual(['a1', 'b1']);
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(['a1', 'b1', 'a1']);
    await end('a1');
    expect(started).toEqual(['a1', 'b1', 'a1', 'a2']);
  });

  it('waits for a slot when a wait is over and all are taken', async () => {
    const { push, started, end } = queueOf({ concurrency: 1 });
    push('a', { name: 'a1' });
    await end('a1', 100);
    push('b', { name: 'b1' });
    await vi.advanceTimersByTimeAsync(200);
    expect(started).toEqual(['a1', 'b1']);
    await end('b1');
    expect(started).toEqual(['a1', 'b1', 'a1']);
  });

  it('waits as long as a timer can, rather than not at all, for a wait beyond that', async () => {
    const { push, started, end } = queueOf({ concurrency: 1 });
    push('a', { name: 'a1' });
    await end('a1', Number.MAX_SAFE_INTEGER);
    await vi.advanceTimersByTimeAsync(2 ** 31 - 2);
    expect(started).toEqual(['a1']);
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(['a1', 'a1']);
  });

  it('forgets a key when nothing of it is left', async () => {
    const { queue, push, end } = queueOf({ concurrency: 1 });
    push('a', { name: 'a1' });
    push('b', { name: 'b1' });
    expect(queue.keys).toBe(2);
    await end('a1');
    expect(queue.keys).toBe(1);
    await end('b1');
    expect(queue.keys).toBe(0);
  });

  it('drops what is discarded, queued or waiting, and goes on with what comes after', async () => {
    const { queue, partition, push, started, end } = queueOf({ concurrency: 1 });
    push('a', { name: 'a1' });
    push('a', { name: 'a2' });
    push('b', { name: 'b1' });
    await end('a1', 1_000);
    await end('b1', 1_000);
    partition.discard();
    expect(queue.keys).toBe(0);
    push('a', { name: 'a3' });
    expect(started).toEqual(['a1', 'b1', 'a3']);
    await end('a3');
    expect(queue.keys).toBe(0);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(started).toEqual(['a1', 'b1', 'a3']);
  });

  it('leaves other partitions alone when one is discarded', async () => {
    const { queue, partition, push, started, end } = queueOf({ concurrency: 1 });
    const other = queue.partition();
    push('a', { name: 'a1' });
    push('a', { name: 'a2' });
    push('a', { name: 'other a1' }, other);
    push('b', { name: 'other b1' }, other);
    partition.discard();
    await end('a1');
    await end('other a1');
    expect(started).toEqual(['a1', 'other a1', 'other b1']);
  });

  it('keeps a key closed until the running turn of a discarded item has settled', async () => {
    const { partition, push, started, end } = queueOf({ concurrency: 5 });
    push('a', { name: 'a1' });
    partition.discard();
    push('a', { name: 'a2' });
    expect(started).toEqual(['a1']);
    await end('a1', 60_000);
    expect(started).toEqual(['a1', 'a2']);
  });

  it('does not start anything twice of a key that was ready when it was discarded', async () => {
    const { partition, push, started, end } = queueOf({ concurrency: 1 });
    push('x', { name: 'x' });
    push('a', { name: 'a1' });
    partition.discard();
    push('a', { name: 'a2' });
    push('b', { name: 'b1' });
    for (const name of ['x', 'a2', 'b1']) await end(name);
    expect(started).toEqual(['x', 'a2', 'b1']);
  });

  it('says so when slots are free and no key is ready', async () => {
    const { push, end, starved } = queueOf({ concurrency: 1 });
    push('a', { name: 'a1' });
    push('b', { name: 'b1' });
    await end('a1', 1_000);
    expect(starved()).toBe(0);
    await end('b1');
    expect(starved()).toBe(1);
  });

  it('starts no turn once closed, neither of a key in line nor of one whose wait is over', async () => {
    const { queue, push, started, end } = queueOf({ concurrency: 2 });
    push('a', { name: 'a1' });
    push('a', { name: 'a2' });
    push('b', { name: 'b1' });
    await end('b1', 100);
    queue.close();
    push('c', { name: 'c1' });
    await end('a1');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(started).toEqual(['a1', 'b1']);
  });

  it('leaves no timer behind when it is closed', async () => {
    const { queue, push, end } = queueOf({ concurrency: 1 });
    push('a', { name: 'a1' });
    await end('a1', 60_000);
    expect(vi.getTimerCount()).toBe(1);
    queue.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sets no timer for a turn that asks for another one after the close', async () => {
    const { queue, push, end } = queueOf({ concurrency: 1 });
    push('a', { name: 'a1' });
    queue.close();
    await end('a1', 100);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is idle when the last running turn has ended', async () => {
    const { queue, push, end } = queueOf({ concurrency: 2 });
    let idle = false;
    push('a', { name: 'a1' });
    push('b', { name: 'b1' });
    queue.close();
    const waiting = queue.idle().then(() => (idle = true));
    await end('a1');
    expect(idle).toBe(false);
    await end('b1');
    await waiting;
    expect(idle).toBe(true);
    await expect(queue.idle()).resolves.toBeUndefined();
  });

  it('gives each partition with something to do one turn before any has a second', async () => {
    const { queue, push, started, end } = queueOf({ concurrency: 1 });
    const [second, third] = [queue.partition(), queue.partition()];
    for (const name of ['a', 'b', 'c', 'd']) push(name, { name });
    push('x', { name: 'x' }, second);
    push('y', { name: 'y' }, second);
    push('z', { name: 'z' }, third);
    for (const name of ['a', 'b', 'x', 'z', 'c', 'y']) await end(name);
    expect(started).toEqual(['a', 'b', 'x', 'z', 'c', 'y', 'd']);
  });

  it('starts nothing while the targets are closed, asks again when told to, and then goes on', async () => {
    const waits = [undefined, 100, 50];
    const { queue, push, started } = queueOf({ concurrency: 9, closedForMs: () => waits.shift() });
    for (const name of ['a', 'b', 'c']) push(name, { name });
    expect(started).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(100);
    expect(started).toEqual(['a']);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(50);
    expect(started).toEqual(['a', 'b', 'c']);
    queue.close();
  });

  it('tells the targets of each turn that needs them, and asks them again when one has ended', async () => {
    const most = 2;
    const open = { most };
    const { push, started, end, inGate } = queueOf({
      concurrency: 9,
      closedForMs: () => (inGate() < open.most ? undefined : 60_000),
    });
    for (const name of ['a', 'b', 'c']) push(name, { name });
    push('d', { name: 'd', needsTarget: false });
    expect([started, inGate()]).toEqual([['a', 'b', 'd'], 2]);
    await end('d');
    expect(started).toEqual(['a', 'b', 'd']);
    await end('a', 1_000);
    expect([started, inGate()]).toEqual([['a', 'b', 'd', 'c'], 2]);
    await end('b');
    await end('c');
    expect(inGate()).toBe(0);
  });

  it('draws from all that is ready while the targets are probing, since what lies side by side may be alike', async () => {
    const open = { is: false, probing: true };
    const { push, started, end } = queueOf({
      concurrency: 1,
      closedForMs: () => (open.is ? undefined : 60_000),
      isProbing: () => open.probing,
    });
    for (const name of ['a', 'b', 'c', 'd', 'e']) push(name, { name });
    open.is = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toEqual(['c']);
    open.probing = false;
    await end('c');
    expect(started).toEqual(['c', 'b']);
  });

  it('lets pass what needs no target while the targets are closed', () => {
    const { push, started } = queueOf({ concurrency: 9, closedForMs: () => 100 });
    push('a', { name: 'a' });
    push('b', { name: 'b', needsTarget: false });
    expect(started).toEqual(['b']);
  });

  it('asks no more once closed', () => {
    const { queue, push } = queueOf({ concurrency: 9, closedForMs: () => 100 });
    push('a', { name: 'a' });
    queue.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('calls a key hot once, until much less waits for it', async () => {
    const { queue, push, hot, end } = queueOf({ concurrency: 1, hotAt: 4 });
    for (let each = 0; each < 8; each++) push('a', { name: `a${each}` });
    expect(hot).toEqual(['a4']);
    expect(queue.hotKeys).toBe(1);
    for (let each = 0; each < 6; each++) await end(`a${each}`);
    expect(queue.hotKeys).toBe(1);
    await end('a6');
    expect(queue.hotKeys).toBe(0);
    for (let each = 8; each < 12; each++) push('a', { name: `a${each}` });
    expect(hot).toEqual(['a4', 'a11']);
  });

  it('calls no key hot for which no more waits than for the others', () => {
    const { push, hot } = queueOf({ concurrency: 1, hotAt: 4 });
    for (let each = 0; each < 40; each++) push(`key${each % 10}`, { name: `${each}` });
    expect(hot).toEqual([]);
    for (let each = 0; each < 40; each++) push('key3', { name: `more ${each}` });
    expect(hot).toHaveLength(1);
  });

  it('sets aside what waits for a hot key, in order, and leaves the one at its head alone', async () => {
    const { queue, partition, push, started, end } = queueOf({ concurrency: 9, hotAt: 2 });
    for (const name of ['a1', 'a2', 'a3']) push('a', { name });
    push('b', { name: 'b1' });
    const changed: string[] = [];
    queue.setAside(partition, ({ name }) => changed.push(name));
    expect(changed).toEqual(['a2', 'a3']);
    expect(started).toEqual(['a1', 'b1', 'a2']);
    push('a', { name: 'a4' });
    await end('a1');
    expect(started).toEqual(['a1', 'b1', 'a2']);
    await end('a2');
    expect(started).toEqual(['a1', 'b1', 'a2', 'a3']);
    await end('a3');
    expect(started).toEqual(['a1', 'b1', 'a2', 'a3', 'a4']);
    await end('a4');
    await end('b1');
    expect(queue.keys).toBe(0);
  });

  it('lets the one at the head of a hot key have its next turns while what waited for it is aside', async () => {
    const { queue, partition, push, started, end } = queueOf({ concurrency: 9, hotAt: 2 });
    for (const name of ['a1', 'a2', 'a3']) push('a', { name });
    queue.setAside(partition, () => undefined);
    await end('a1', 100);
    await vi.advanceTimersByTimeAsync(100);
    expect(started).toEqual(['a1', 'a2', 'a1']);
    await end('a2');
    await end('a3');
    push('a', { name: 'a4' });
    expect(started).toEqual(['a1', 'a2', 'a1', 'a3']);
    await end('a1');
    expect(started).toEqual(['a1', 'a2', 'a1', 'a3', 'a4']);
  });

  it('queues behind what is aside already what is set aside later, and a key that was not begun', async () => {
    const { queue, partition, push, started, end } = queueOf({ concurrency: 1, hotAt: 2 });
    push('x', { name: 'x' });
    for (const name of ['a1', 'a2']) push('a', { name });
    queue.setAside(partition, () => undefined);
    for (const name of ['a3', 'a4']) push('a', { name });
    queue.setAside(partition, () => undefined);
    push('a', { name: 'a5' });
    for (const name of ['x', 'a1', 'a2', 'a3', 'a4', 'a5']) await end(name);
    expect(started).toEqual(['x', 'a1', 'a2', 'a3', 'a4', 'a5']);
    expect(queue.keys).toBe(0);
  });

  it('sets aside what waits for keys that are stuck, where that is half of all and no key is hot', async () => {
    const { queue, partition, push, started, end } = queueOf({ concurrency: 9 });
    for (const name of ['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'c3']) push(name.charAt(0), { name });
    const setAside = () => {
      const changed: string[] = [];
      queue.setAside(partition, ({ name }) => changed.push(name));
      return changed;
    };
    const fail = async (name: string, times: number) => {
      for (let time = 0; time < times; time++) {
        await end(name, 10);
        await vi.advanceTimersByTimeAsync(10);
      }
    };
    await fail('a1', 3);
    await fail('b1', 2);
    expect(setAside()).toEqual([]); // a2, of seven: they are not what fills it
    const after = ['a3', 'a4', 'a5', 'a6', 'a7'];
    for (const name of after) push('a', { name });
    expect(setAside()).toEqual(['a2', ...after]);
    expect(started.slice(-2)).toEqual(['b1', 'a2']);
    for (const name of ['a2', ...after, 'a1']) await end(name);
    for (const name of ['a8', 'a9', 'a10']) push('a', { name });
    for (const name of ['b1', 'b2']) await end(name);
    expect(setAside()).toEqual([]); // a8 has had no turn before
  });

  it('forgets what is aside, too, when it is discarded', async () => {
    const { queue, partition, push, started, end } = queueOf({ concurrency: 9, hotAt: 2 });
    for (const name of ['a1', 'a2', 'a3']) push('a', { name });
    queue.setAside(partition, () => undefined);
    partition.discard();
    push('a', { name: 'a4' });
    await end('a2');
    expect(started).toEqual(['a1', 'a2']);
    await end('a1');
    await end('a4');
    expect(started).toEqual(['a1', 'a2', 'a4']);
    expect(queue.keys).toBe(0);
  });
});

describe('a batch', () => {
  const batched = (name: string, batching: Batching) => [name[0]!, { name, batching }] as const;

  it('is one turn for many items, as soon as it is full', () => {
    const { push, started } = queueOf({ concurrency: 2 });
    const three = batchesOf(3, 50);
    for (const name of ['a', 'b', 'c', 'd']) push(...batched(name, three));
    expect(started).toEqual(['a+b+c']);
  });

  it('waits for no longer than its first item may', async () => {
    const { push, started } = queueOf({ concurrency: 2 });
    const three = batchesOf(3, 50);
    push(...batched('a', three));
    await vi.advanceTimersByTimeAsync(30);
    push(...batched('b', three));
    await vi.advanceTimersByTimeAsync(19);
    expect(started).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(['a+b']);
  });

  it('has one item of a key, also across batches', async () => {
    const { push, started, endBatch } = queueOf({ concurrency: 9 });
    const two = batchesOf(2, 50);
    for (const name of ['a1', 'a2', 'b1', 'b2', 'c1']) push(...batched(name, two));
    await vi.advanceTimersByTimeAsync(50);
    expect(started).toEqual(['a1+b1', 'c1']);
    await endBatch('a1+b1');
    expect(started).toEqual(['a1+b1', 'c1', 'a2+b2']);
  });

  it('lets those that are done go on, and those that failed wait each for itself', async () => {
    const { push, started, endBatch } = queueOf({ concurrency: 9 });
    const two = batchesOf(2, 0);
    for (const name of ['a1', 'b1', 'a2', 'b2']) push(...batched(name, two));
    await endBatch('a1+b1', 500, undefined);
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(['a1+b1', 'b2']);
    await endBatch('b2');
    await vi.advanceTimersByTimeAsync(500);
    expect(started).toEqual(['a1+b1', 'b2', 'a1']);
    await endBatch('a1');
    await vi.advanceTimersByTimeAsync(1);
    expect(started.at(-1)).toBe('a2');
  });

  it('takes one turn of the concurrency, and is due while all are taken', async () => {
    const { push, started, end, endBatch } = queueOf({ concurrency: 1 });
    const two = batchesOf(2, 10);
    push(...batched('a', two));
    push('x', { name: 'x' });
    await vi.advanceTimersByTimeAsync(10);
    expect(started).toEqual(['x']);
    push('y', { name: 'y' });
    await end('x');
    expect(started).toEqual(['x', 'a']);
    await endBatch('a');
    expect(started).toEqual(['x', 'a', 'y']);
  });

  it('is not sent while the targets are closed, and not collected either', async () => {
    let closedForMs: number | undefined;
    const { push, started } = queueOf({ concurrency: 2, closedForMs: () => closedForMs });
    const two = batchesOf(2, 10);
    push(...batched('a', two));
    closedForMs = 100;
    await vi.advanceTimersByTimeAsync(10);
    push(...batched('b', two));
    expect(started).toEqual([]);
    closedForMs = undefined;
    await vi.advanceTimersByTimeAsync(100);
    expect(started).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(10);
    expect(started).toEqual(['a', 'b']);
  });

  it('goes without what was discarded meanwhile, whose keys are free at once', async () => {
    const { queue, push, started } = queueOf({ concurrency: 2 });
    const [lost, kept] = [queue.partition(), queue.partition()];
    const many = batchesOf(10, 50);
    push('a', { name: 'a1', batching: many }, lost);
    push('b', { name: 'b1', batching: many }, kept);
    lost.discard();
    push('a', { name: 'a2', batching: many }, lost);
    await vi.advanceTimersByTimeAsync(50);
    expect(started).toEqual(['b1+a2']);
  });

  it('goes without what is to go another way by now, which does so at once, and once', async () => {
    const { queue, partition, push, started, end, endBatch } = queueOf({ concurrency: 3 });
    const many = batchesOf(10, 50);
    for (const name of ['a', 'b', 'c']) push(name, { name, batching: many });
    queue.reconsider(partition, (item) => {
      if (item.name === 'c') return;
      item.needsTarget = false;
      item.batching = undefined;
    });
    expect(started).toEqual(['a', 'b']);
    await end('a');
    await end('b', 1_000);
    await vi.advanceTimersByTimeAsync(50);
    expect(started).toEqual(['a', 'b', 'c']);
    await endBatch('c', undefined);
    await vi.advanceTimersByTimeAsync(1_000);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c', 'b']);
    expect(queue.keys).toBe(0);
  });

  it('passes the gate as one turn, when it is sent', async () => {
    const { push, inGate, endBatch } = queueOf({ concurrency: 2 });
    const two = batchesOf(2, 50);
    push(...batched('a', two));
    expect(inGate()).toBe(0);
    push(...batched('b', two));
    expect(inGate()).toBe(1);
    await endBatch('a+b');
    expect(inGate()).toBe(0);
  });

  it('is of one batching', () => {
    const { push, started } = queueOf({ concurrency: 9 });
    const [one, other] = [batchesOf(2, 50), batchesOf(2, 50)];
    push(...batched('a', one));
    push(...batched('b', other));
    push(...batched('c', one));
    expect(started).toEqual(['a+c']);
  });

  it('is not sent any more when the queue is closed, and keeps no timer', async () => {
    const { queue, push, started } = queueOf({ concurrency: 2 });
    push(...batched('a', batchesOf(2, 50)));
    queue.close();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(50);
    expect(started).toEqual([]);
  });
});
