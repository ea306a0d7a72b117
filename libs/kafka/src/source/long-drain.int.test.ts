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
import { expect, it, onTestFinished } from 'vitest';
import { KafkaWorld } from '../testing/kafka-world.ts';

const brokers = process.env['KAFKA_BROKERS'] ?? '';
const settings = { rebalanceTimeoutMs: 4_000, drainTimeoutMs: 30_000 };

it('drains for longer than Kafka waits for joins: nobody is expelled, the rest goes on, and the last commit counts', async () => {
  const world = await KafkaWorld.make({ brokers }, 2);
  onTestFinished(() => world.close());
  const a = await world.member('a', { settings, plan: { releases: 'when told' } });
  await world.until(() => owned(a).length === 2);
  const b = await world.member('b', { settings });
  await world.until(() => toldOf(a.told, 'revoking').length > 0);
  const { partition, atMs } = firstTold(a.told, 'revoking');
  await world.until(() => world.nowMs() > atMs + 2 * settings.rebalanceTimeoutMs);
  await world.write(1 - partition, 10);
  await world.until(() => coveredTo(a, 1 - partition) === 10);
  expect([owned(a), owned(b)]).toEqual([[0, 1], []]);
  await store(world, a, partition, { offset: 0, metadata: 'last' });
  await a.perform({ action: 'release', partition });
  await world.until(() => owned(b).length === 1);
  expect(firstTold(b.told, 'granted')).toMatchObject({ partition, committed: { offset: 0, metadata: 'last' } });
  expect([toldOf(a.told, 'granted').length, offsets(a, 1 - partition)]).toEqual([2, range(0, 10)]);
  expect(breaches([a, b])).toEqual([]);
});
