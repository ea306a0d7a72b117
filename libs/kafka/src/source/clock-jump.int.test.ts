import { expect, it, onTestFinished, vi } from 'vitest';
import { withAdmin } from '../connection/with-admin.ts';
import { startHavingRead, write } from '../testing/reading-source.ts';
import { range } from '../testing/test-kafka.ts';

const patience = { timeout: 30_000, interval: 50 };
const sessionTimeoutMs = 6_000;

it.each([
  ['back', -3_600_000],
  ['forwards', 3_600_000],
])('a clock that is set %s by an hour costs no partition, and hides none', { timeout: 90_000 }, async (_, byMs) => {
  const settings = { sessionTimeoutMs, heartbeatIntervalMs: 300, metadataMaxAgeMs: 1_000 };
  const { topic, connection, sink, source, messages } = await startHavingRead(settings);
  const now = Date.now;
  const wall = vi.spyOn(Date, 'now').mockImplementation(() => now() + byMs);
  onTestFinished(() => wall.mockRestore());
  const jumpedMark = performance.now();
  await vi.waitFor(() => expect(performance.now() - jumpedMark).toBeGreaterThan(2 * sessionTimeoutMs), patience);
  await write(topic, 20, 40);
  await vi.waitFor(() => expect(sink.numbers).toEqual(range(0, 40)), patience);
  expect(messages.filter((each) => each === 'joined the group')).toHaveLength(1);
  expect(sink.ended).toEqual([]);
  const topicPartitions = [{ topic, count: 2 }];
  await withAdmin(connection, (admin) => admin.createPartitions({ topicPartitions }));
  await vi.waitFor(() => expect(sink.leases.size).toBe(2), patience);
  expect(source.notReady()).toBeUndefined();
});
