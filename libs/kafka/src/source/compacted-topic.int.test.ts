import { breaches, coveredTo, offsets } from '@millrace/testing/record-source-suite';
import { expect, it, onTestFinished } from 'vitest';
import { KafkaWorld } from '../testing/kafka-world.ts';

const brokers = process.env['KAFKA_BROKERS'] ?? '';
/** Compacted as soon as it can be. */
const compacted = {
  'cleanup.policy': 'compact',
  'segment.ms': '100',
  'min.cleanable.dirty.ratio': '0.001',
  'max.compaction.lag.ms': '1',
};

it('a compacted topic is read to its end, over the holes in it', async () => {
  const world = await KafkaWorld.make({ brokers }, 1, compacted);
  onTestFinished(() => world.close());
  const batches = 30;
  for (let batch = 0; batch < batches; batch++) await world.rig.write(0, 20, { keys: 10 });
  let written = batches * 20;
  let readers = 0;
  // Kafka compacts what lies before the newest segment, which only a later record closes
  await world.until(async () => {
    await world.rig.write(0, 1, { keys: 1 });
    written++;
    const reader = await world.member(`r${readers++}`, { group: `g${readers}` });
    await world.until(() => coveredTo(reader) === written);
    await reader.stop();
    return offsets(reader).length < written / 2;
  });
  const a = await world.member('a', { plan: { commits: true } });
  await world.until(async () => (await world.committed())[0]?.offset === written);
  expect(offsets(a).length).toBeLessThan(written);
  expect(offsets(a).at(-1)).toBe(written - 1);
  expect((await a.state()).progress).toMatchObject([{ endOffset: written }]);
  expect(breaches([a])).toEqual([]);
});
