import { createLogger } from '@millrace/telemetry';
import { describe, expect, it } from 'vitest';
import { GroupShare } from './group-share.ts';
import type { PartitionLag, PartitionLease, RecordSink } from '../ports/record-source.ts';
import { InMemorySource } from '../testing/in-memory-source.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';

type Reading = () => Promise<readonly PartitionLag[]>;

const startMs = Date.UTC(2030, 0, 1) + 300;
const quiet: RecordSink = {
  granted: () => undefined,
  records: () => undefined,
  revoking: () => undefined,
  revoked: () => undefined,
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What is to do in partitions 0, 1, … of the topic. */
function reading(...lags: readonly number[]): Reading {
  return () => Promise.resolve(lags.map((lag, partition) => ({ topic: 'orders', partition, lag })));
}

/** A member that is granted these partitions; `read` may be changed for the next reading. */
async function member({ read, owns }: { readonly read: Reading; readonly owns: readonly number[] }) {
  const clock = new VirtualClock(startMs);
  const shares: number[] = [];
  const state = { read };
  const readAtMs: number[] = [];
  const share = new GroupShare({
    lags: () => {
      readAtMs.push(clock.now());
      return state.read();
    },
    quotas: [{ perSecond: 10, takeShare: (each) => shares.push(each) }],
    clock,
    log: createLogger({ service: 'test', level: 'silent' }),
  });
  const source = new InMemorySource('orders');
  const revoking: PartitionLease[] = [];
  await source.start(share.watching({ ...quiet, revoking: (lease) => revoking.push(lease) }));
  share.start();
  await settled();
  for (const partition of owns) source.grant(partition);
  const tick = async () => {
    clock.next();
    await settled();
  };
  return { clock, share, shares, source, state, tick, readAtMs, revoking, now: () => shares.at(-1) };
}

describe("a member's share of what its group may do", () => {
  it('is nothing before it has read, and owns anything', async () => {
    const { promise: never } = Promise.withResolvers<never>();
    const { shares } = await member({ read: () => never, owns: [0] });
    expect(shares).toEqual([0]);
  });

  it('is all of it where it owns all partitions', async () => {
    const { now } = await member({ read: reading(5, 0, 9_000), owns: [0, 1, 2] });
    expect(now()).toBeCloseTo(1, 9);
  });

  it('is the part of its partitions in what is to do', async () => {
    const { now } = await member({ read: reading(3_000, 1_000, 2_000, 2_000), owns: [0, 2] });
    expect(now()).toBeCloseTo(5 / 8, 3);
  });

  it.each([[[0, 0, 0, 0]], [[7, 0, 2, 1]]])('is about even while next to nothing is to do: %j', async (lags) => {
    const { now } = await member({ read: reading(...lags), owns: [0] });
    expect(now()).toBeGreaterThanOrEqual(0.2);
    expect(now()).toBeLessThan(0.42);
  });

  it('is read at full seconds of the clock on the wall, as by all members', async () => {
    const { tick, readAtMs } = await member({ read: reading(1), owns: [0] });
    await tick();
    await tick();
    expect(readAtMs.map((ms) => ms - startMs)).toEqual([0, 700, 1_700]);
  });

  it('shrinks at once, and grows when it was read twice', async () => {
    const { state, tick, now } = await member({ read: reading(1_000, 1_000), owns: [0] });
    state.read = reading(1_000, 3_000);
    await tick();
    expect(now()).toBeCloseTo(0.25, 2);
    state.read = reading(3_000, 1_000);
    await tick();
    expect(now()).toBeCloseTo(0.25, 2);
    await tick();
    expect(now()).toBeCloseTo(0.75, 2);
  });

  it('loses the part of a partition before that may go to another, and has the part of one that comes', async () => {
    const { source, now, revoking } = await member({ read: reading(1_000, 1_000, 2_000), owns: [0, 1] });
    source.partition(0).lease?.giveUp(1_000);
    expect(revoking).toHaveLength(1);
    expect(now()).toBeCloseTo(0.25, 2);
    source.grant(2);
    expect(now()).toBeCloseTo(0.75, 2);
    source.partition(1).lease?.expire();
    expect(now()).toBeCloseTo(0.5, 2);
  });

  it('is the smaller of the one before and an even one while lags cannot be read', async () => {
    const unreadable = () => Promise.reject(new Error('Kafka is away'));
    const much = await member({ read: reading(9_000, 1_000), owns: [0] });
    const little = await member({ read: reading(9_000, 1_000), owns: [1] });
    for (const each of [much, little]) {
      each.state.read = unreadable;
      await each.tick();
    }
    expect(much.now()).toBe(0.5);
    expect(little.now()).toBeCloseTo(0.1, 2);
  });

  it('is so, too, while an answer is overdue, and as it says once it comes', async () => {
    const { state, tick, now } = await member({ read: reading(9_000, 1_000), owns: [0] });
    const late = Promise.withResolvers<readonly PartitionLag[]>();
    state.read = () => late.promise;
    await tick();
    expect(now()).toBeCloseTo(0.9, 2);
    await tick();
    expect(now()).toBe(0.5);
    late.resolve(await reading(9_000, 1_000)());
    await settled();
    expect(now()).toBeCloseTo(0.9, 2);
  });

  it('is told no more, and nothing is read, once it is stopped', async () => {
    const { share, source, shares, clock } = await member({ read: reading(1_000), owns: [0] });
    const told = shares.length;
    share.stop();
    source.revoke(0);
    expect([shares.length, clock.waiting]).toEqual([told, 0]);
  });
});
