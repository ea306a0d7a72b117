import { describe, expect, it } from 'vitest';
import type { LaneOwner } from './lane.ts';
import { Lines } from './lines.ts';
import { PartitionQueue } from './partition-queue.ts';

interface Item {
  readonly name: string;
  readonly tenant: string;
}

/** Partitions whose keys stand in lines, and a `take` that gives the next ones their turns, to the end. */
function linesOf({ tenants }: { readonly tenants: boolean }) {
  const lines = new Lines<Item>(tenants ? ({ tenant }) => tenant : undefined);
  const partition = () =>
    new PartitionQueue<Item>({
      ready: (lane) => {
        lane.inLine = true;
        lines.push(lane, { long: false });
      },
      discarded: (owner: LaneOwner<Item>) => lines.drop(owner),
      hot: () => undefined,
      hotAt: 1_000,
      concurrency: 1,
    });
  const take = (count: number) =>
    Array.from({ length: count }, () => {
      const lane = lines.shift();
      if (!lane) return '-';
      lane.inLine = false;
      const name = lane.take()?.name ?? '?';
      lane.owner.advance(lane);
      return name;
    }).join(' ');
  return { lines, partition, take };
}

/** Pushes items, each under a key of its own: `b2` is the second of tenant b. */
function push(partition: PartitionQueue<Item>, names: string): void {
  for (const name of names.split(' ')) partition.push(name, { name, tenant: name.charAt(0) });
}

describe('lines', () => {
  it('are those of partitions, which take turns, where there are no tenants', () => {
    const { partition, take } = linesOf({ tenants: false });
    const [first, second] = [partition(), partition()];
    push(first, 'a1 a2 a3 b1');
    push(second, 'a4 c1');
    expect(take(7)).toBe('a1 a4 a2 c1 a3 b1 -');
  });

  it('are those of tenants, over all partitions, where there are some', () => {
    const { partition, take } = linesOf({ tenants: true });
    const [first, second] = [partition(), partition()];
    push(first, 'a1 a2 a3 a4 b1');
    push(second, 'a5 c1 c2');
    expect(take(9)).toBe('a1 b1 c1 a2 c2 a3 a4 a5 -');
  });

  it('give a tenant that comes late its turn in the next round', () => {
    const { partition, take } = linesOf({ tenants: true });
    const queue = partition();
    push(queue, 'a1 a2 a3 b1 b2 b3');
    expect(take(2)).toBe('a1 b1');
    push(queue, 'z1 z2');
    expect(take(6)).toBe('a2 b2 z1 a3 b3 z2');
  });

  it('have a key take its turns in the line of whoever is next under it', () => {
    const { partition, take } = linesOf({ tenants: true });
    const queue = partition();
    for (const name of ['a1', 'b1', 'a2']) queue.push('one key', { name, tenant: name.charAt(0) });
    push(queue, 'a3 a4');
    expect(take(5)).toBe('a1 a3 b1 a4 a2');
  });

  it('forget a partition that is discarded, and nothing else', () => {
    const { lines, partition, take } = linesOf({ tenants: true });
    const [first, second] = [partition(), partition()];
    push(first, 'a1 a2 b1');
    push(second, 'a3 c1');
    first.discard();
    push(first, 'a4');
    expect(take(4)).toBe('a3 c1 a4 -');
    expect(lines.size).toBe(0);
  });

  it('cost no memory for tenants with nothing to do, and little time for thousands of them', () => {
    const { lines, partition, take } = linesOf({ tenants: true });
    const queue = partition();
    for (let tenant = 0; tenant < 10_000; tenant++) queue.push(tenant, { name: '', tenant: `t${tenant}` });
    expect([lines.size, lines.tenants]).toEqual([10_000, 10_000]);
    take(10_000);
    expect([lines.size, lines.tenants]).toEqual([0, 0]);
  });
});
