import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';
import { KeyedQueue } from './keyed-queue.ts';

interface Item {
  readonly name: string;
  readonly group?: string;
}

/** A queue whose turns the test ends: `end(name)`, with a wait to ask for another turn. */
function queueOf(concurrency: number) {
  const started: string[] = [];
  const running = new Map<string, (waitMs?: number) => void>();
  let starved = 0;
  const turn = (item: Item) => {
    started.push(item.name);
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    running.set(item.name, resolve);
    return promise;
  };
  const queue = new KeyedQueue<Item>({ concurrency, turn, starved: () => starved++, clock: systemClock });
  const end = async (name: string, waitMs?: number) => {
    running.get(name)?.(waitMs);
    running.delete(name);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { queue, started, running, end, starved: () => starved };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('KeyedQueue', () => {
  it('works on one item of a key at a time, in order', async () => {
    const { queue, started, end } = queueOf(10);
    for (const name of ['a1', 'a2', 'a3']) queue.push('a', { name });
    expect(started).toEqual(['a1']);
    await end('a1');
    expect(started).toEqual(['a1', 'a2']);
    await end('a2');
    expect(started).toEqual(['a1', 'a2', 'a3']);
  });

  it('works on different keys side by side, up to its concurrency', async () => {
    const { queue, started, end } = queueOf(2);
    for (const name of ['a', 'b', 'c', 'd']) queue.push(name, { name });
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('gives each ready key one turn before any has a second', async () => {
    const { queue, started, end } = queueOf(1);
    for (const name of ['a1', 'a2', 'a3']) queue.push('a', { name });
    for (const name of ['b1', 'b2']) queue.push('b', { name });
    queue.push('c', { name: 'c1' });
    for (const name of ['a1', 'b1', 'c1', 'a2', 'b2']) await end(name);
    expect(started).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('lets a waiting item hold its key, but no slot', async () => {
    const { queue, started, end } = queueOf(1);
    queue.push('a', { name: 'a1' });
    queue.push('a', { name: 'a2' });
    queue.push('b', { name: 'b1' });
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
    const { queue, started, end } = queueOf(1);
    queue.push('a', { name: 'a1' });
    await end('a1', 100);
    queue.push('b', { name: 'b1' });
    await vi.advanceTimersByTimeAsync(200);
    expect(started).toEqual(['a1', 'b1']);
    await end('b1');
    expect(started).toEqual(['a1', 'b1', 'a1']);
  });

  it('waits as long as a timer can, rather than not at all, for a wait beyond that', async () => {
    const { queue, started, end } = queueOf(1);
    queue.push('a', { name: 'a1' });
    await end('a1', Number.MAX_SAFE_INTEGER);
    await vi.advanceTimersByTimeAsync(2 ** 31 - 2);
    expect(started).toEqual(['a1']);
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(['a1', 'a1']);
  });

  it('forgets a key when nothing of it is left', async () => {
    const { queue, end } = queueOf(1);
    queue.push('a', { name: 'a1' });
    queue.push('b', { name: 'b1' });
    expect(queue.keys).toBe(2);
    await end('a1');
    expect(queue.keys).toBe(1);
    await end('b1');
    expect(queue.keys).toBe(0);
  });

  it('drops discarded items that are queued or waiting, and goes on with the rest of the key', async () => {
    const { queue, started, end } = queueOf(1);
    queue.push('a', { name: 'a1', group: 'old' });
    queue.push('a', { name: 'a2', group: 'old' });
    queue.push('b', { name: 'b1', group: 'old' });
    await end('a1', 1_000);
    await end('b1', 1_000);
    queue.push('a', { name: 'a3', group: 'new' });
    queue.discard(({ group }) => group === 'old');
    expect(started).toEqual(['a1', 'b1', 'a3']);
    await end('a3');
    expect(queue.keys).toBe(0);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(started).toEqual(['a1', 'b1', 'a3']);
  });

  it('starts none of the discarded items while it discards', async () => {
    const { queue, started, end } = queueOf(1);
    queue.push('a', { name: 'a1', group: 'old' });
    await end('a1', 1_000);
    queue.push('b', { name: 'b1', group: 'new' });
    queue.push('c', { name: 'c1', group: 'old' });
    await end('b1');
    await end('c1', 1_000);
    queue.push('d', { name: 'd1', group: 'new' });
    queue.push('e', { name: 'e1', group: 'old' });
    queue.discard(({ group }) => group === 'old');
    await end('d1');
    expect(started).toEqual(['a1', 'b1', 'c1', 'd1']);
    expect(queue.keys).toBe(0);
  });

  it('keeps a key closed until the running turn of a discarded item has settled', async () => {
    const { queue, started, end } = queueOf(5);
    queue.push('a', { name: 'a1', group: 'old' });
    queue.discard(({ group }) => group === 'old');
    queue.push('a', { name: 'a2', group: 'new' });
    expect(started).toEqual(['a1']);
    await end('a1', 60_000);
    expect(started).toEqual(['a1', 'a2']);
  });

  it('says so when slots are free and no key is ready', async () => {
    const { queue, end, starved } = queueOf(1);
    queue.push('a', { name: 'a1' });
    queue.push('b', { name: 'b1' });
    await end('a1', 1_000);
    expect(starved()).toBe(0);
    await end('b1');
    expect(starved()).toBe(1);
  });

  it('starts no turn once closed, neither of a key in line nor of one whose wait is over', async () => {
    const { queue, started, end } = queueOf(2);
    queue.push('a', { name: 'a1' });
    queue.push('a', { name: 'a2' });
    queue.push('b', { name: 'b1' });
    await end('b1', 100);
    queue.close();
    queue.push('c', { name: 'c1' });
    await end('a1');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(started).toEqual(['a1', 'b1']);
  });

  it('leaves no timer behind when it is closed', async () => {
    const { queue, end } = queueOf(1);
    queue.push('a', { name: 'a1' });
    await end('a1', 60_000);
    expect(vi.getTimerCount()).toBe(1);
    queue.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sets no timer for a turn that asks for another one after the close', async () => {
    const { queue, end } = queueOf(1);
    queue.push('a', { name: 'a1' });
    queue.close();
    await end('a1', 100);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is idle when the last running turn has ended', async () => {
    const { queue, end } = queueOf(2);
    let idle = false;
    queue.push('a', { name: 'a1' });
    queue.push('b', { name: 'b1' });
    queue.close();
    const waiting = queue.idle().then(() => (idle = true));
    await end('a1');
    expect(idle).toBe(false);
    await end('b1');
    await waiting;
    expect(idle).toBe(true);
    await expect(queue.idle()).resolves.toBeUndefined();
  });
});
