import { breaches, coveredTo, offsets, owned, range } from '@millrace/testing/record-source-suite';
import { expect, it, onTestFinished } from 'vitest';
import { KafkaWorld } from '../testing/kafka-world.ts';

const brokers = process.env['KAFKA_BROKERS'] ?? '';
const batches = 200;
const perBatch = 100;
/** Of which 100 are 1.2 kB on the wire, so that Kafka's limit of a response, 128 KiB, lets 11,000 through. */
const gzipped = { bytes: 10_000, gzip: true };

it('paused and resumed while compressed records come in, nothing is lost, and nothing comes after a pause', async () => {
  const world = await KafkaWorld.make({ brokers }, 1);
  onTestFinished(() => world.close());
  const a = await world.member('a');
  await world.until(() => owned(a).length === 1);
  const end = batches * perBatch;
  const writing = (async () => {
    for (let batch = 0; batch < batches; batch++) await world.rig.write(0, perBatch, gzipped);
  })();
  await world.until(() => coveredTo(a) > 0);
  await a.perform({ action: 'pause', partition: 0 });
  const paused = coveredTo(a);
  await writing;
  const other = await world.member('other', { group: 'another' });
  await world.until(() => coveredTo(other) === end);
  expect(coveredTo(a)).toBe(paused);

  while (coveredTo(a) < end) {
    const before = coveredTo(a);
    await a.perform({ action: 'resume', partition: 0 });
    await world.until(() => coveredTo(a) > before);
    await a.perform({ action: 'pause', partition: 0 });
  }
  expect([offsets(a), breaches([a])]).toEqual([range(0, end), []]);
});
