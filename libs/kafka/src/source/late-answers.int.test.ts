import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  breaches,
  coveredTo,
  firstTold,
  offsets,
  owned,
  range,
  store,
  toldOf,
} from '@millrace/testing/record-source-suite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeCommit } from '../testing/kafka-frame.ts';
import { KafkaProxy } from '../testing/kafka-proxy.ts';
import { KafkaWorld } from '../testing/kafka-world.ts';

const brokers = process.env['KAFKA_BROKERS'] ?? '';

async function open(partitions: number): Promise<{ world: KafkaWorld; proxy: KafkaProxy }> {
  const world = await KafkaWorld.make({ brokers }, partitions);
  const proxy = await KafkaProxy.start(brokers.split(','));
  onTestFinished(async () => {
    proxy.cut();
    await world.close();
    proxy.close();
  });
  return { world, proxy };
}

describe('a commit that Kafka gets late', () => {
  it('does not overwrite what the new owner has committed, and is not repeated under the new generation', async () => {
    const { world, proxy } = await open(2);
    const a = await world.member('a', { proxy, settings: { drainTimeoutMs: 500 }, plan: { releases: 'when told' } });
    await world.until(() => owned(a).length === 2);
    await Promise.all([world.write(0, 20), world.write(1, 20)]);
    await world.until(() => coveredTo(a, 0) === 20 && coveredTo(a, 1) === 20);
    for (const partition of [0, 1]) await store(world, a, partition, { offset: 1 });

    const late = proxy.meddle('OffsetCommit', 'hold');
    const wish = { action: 'commit', offset: 12, metadata: 'late' } as const;
    const outcomes = Promise.all([0, 1].map((partition) => a.perform({ ...wish, partition })));
    await world.until(() => late.met.length > 0);
    const b = await world.member('b');
    await world.until(() => owned(b).length === 1);
    const { partition: moved } = firstTold(b.told, 'granted');
    await store(world, b, moved, { offset: 15, metadata: 'b' });
    const { generation } = decodeCommit(late.met[0]!.frame);
    proxy.cut();
    late.end();

    expect((await outcomes)[moved]).toBe('LEASE_LOST');
    await store(world, a, 1 - moved, { offset: 20 });
    expect((await world.committed())[moved]).toEqual({ offset: 15, metadata: 'b' });
    const repeated = late.met
      .map(({ frame }) => decodeCommit(frame))
      .filter((commit) => commit.generation > generation);
    expect(repeated.flatMap((commit) => commit.offsets).filter(({ partition }) => partition === moved)).toEqual([]);
    expect(breaches([a, b])).toEqual([]);
  });

  it('is waited for before the next one is sent, which is the newest', async () => {
    const { world, proxy } = await open(1);
    const a = await world.member('a', { proxy });
    await world.until(() => owned(a).length === 1);
    await world.write(0, 20);
    await world.until(() => coveredTo(a) === 20);
    await store(world, a, 0, { offset: 1 });
    const held = proxy.meddle('OffsetCommit', 'hold-answer');
    const outcomes = [a.perform({ action: 'commit', partition: 0, offset: 2, metadata: '' })];
    await world.until(() => held.met.length === 1);
    for (const offset of range(3, 9))
      outcomes.push(a.perform({ action: 'commit', partition: 0, offset, metadata: '' }));
    await nextTurn();
    expect(held.met).toHaveLength(1);
    held.end();
    const next = proxy.meddle('OffsetCommit', 'hold-answer');
    await world.until(() => next.met.length === 1);
    next.end();
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['done']));
    expect(next.met.flatMap(({ frame }) => decodeCommit(frame).offsets)).toMatchObject([{ offset: 8 }]);
    expect((await world.committed())[0]?.offset).toBe(8);
  });
});

describe('where a group is, as Kafka tells it late,', () => {
  it('is known before the first record of each grant', async () => {
    const joins = 10;
    const { world, proxy } = await open(4);
    await Promise.all(range(0, 4).map((partition) => world.write(partition, 100)));
    const first = await world.member('first');
    await world.until(() => owned(first).length === 4);
    for (const partition of range(0, 4))
      await store(world, first, partition, { offset: 60 + partition, metadata: `map ${partition}` });
    await first.stop();
    for (const join of range(0, joins)) {
      const late = proxy.meddle('OffsetFetch', 'hold-answer');
      const member = await world.member(`m${join}`, { proxy });
      await world.until(() => late.met.length > 0);
      await world.write(join % 4, 1);
      late.end();
      await world.until(() => range(0, 4).every((partition) => coveredTo(member, partition) >= 100));
      await member.stop();
      // On a busy machine a session may end meanwhile, and a partition be granted again.
      const granted = toldOf(member.told, 'granted');
      expect(new Set(granted.map(({ partition }) => partition))).toEqual(new Set(range(0, 4)));
      for (const { partition, committed } of granted)
        expect(committed).toEqual({ offset: 60 + partition, metadata: `map ${partition}` });
      expect(range(0, 4).map((partition) => offsets(member, partition)[0])).toEqual(range(60, 64));
      expect(breaches([member])).toEqual([]);
    }
  }, 120_000);
});

describe('a join that fails', () => {
  it('is asked for again: the partitions that were given up for it go to the other member', async () => {
    const { world, proxy } = await open(2);
    const a = await world.member('a', { proxy });
    await world.until(() => owned(a).length === 2);
    // its first join is that for which b calls; with the second one it hands over what it has given up
    let joins = 0;
    const lost = proxy.meddle('JoinGroup', 'lose', () => ++joins === 2);
    const b = await world.member('b');
    await world.until(() => lost.met.length === 1);
    proxy.cut();
    await world.until(() => owned(a).length === 1 && owned(b).length === 1);
    await Promise.all([world.write(0, 5), world.write(1, 5)]);
    const [{ partition: moved }] = [firstTold(b.told, 'granted')];
    await world.until(() => coveredTo(b, moved) === 5 && coveredTo(a, 1 - moved) === 5);
    expect(breaches([a, b])).toEqual([]);
  });
});
