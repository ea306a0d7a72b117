import { setImmediate } from 'node:timers/promises';
import { VirtualClock } from '@millrace/messaging/testing';
import { callIds } from '../backlog/key-sequence.ts';
import { RunCheck } from './run-check.ts';
import { SampleSource } from './sample-source.ts';
import { type SampleRecord, SampleTopic } from './sample-topic.ts';
import { startEngine } from './subjects.ts';

export interface HotKeyLoad {
  readonly records: number;
  /** Whose shares of the records are by Zipf's law: the first one's is twice the second's, three times the third's. */
  readonly keys: number;
  readonly partitions: number;
  readonly concurrency: number;
  /** What a call takes, in a time that nothing else takes any of. */
  readonly answerMs: number;
}

/**
 * How near an engine comes to the shortest time in which its records can be called, when one key is hot: one after the other
 * for that key, or all of them with all calls under way at all times. 1 is that time; throws where the order was broken.
 */
export async function hotKeyRun(load: HotKeyLoad): Promise<number> {
  const { records, keys, concurrency, answerMs } = load;
  const topic = new SampleTopic(load);
  const ids = callIds({ kind: 'zipf', exponent: 1, count: keys });
  for (let index = 0; index < records; index++) topic.append(ids.next().value.key);
  const check = new RunCheck(topic, { keys, length: records });
  const clock = new VirtualClock(0);
  const source = new SampleSource(topic, (partition, { offset }) => check.committed(partition, offset));
  let left = records;
  const call = async ({ user: key, partition, offset }: SampleRecord) => {
    check.started({ key, partition, offset });
    await new Promise<void>((answered) => clock.after(answerMs, answered));
    check.ended({ key, partition, offset });
    return 'completed' as const;
  };
  const stop = await startEngine({ source, concurrency, clock, call, ended: () => left-- });
  for (await settle(); left > 0; await settle()) clock.next();
  const tookMs = clock.mark();
  await stop();
  check.close(topic);
  return (Math.max(hottest(topic), records / concurrency) * answerMs) / tookMs;
}

/** Lets all happen that needs no time to pass: what a call's end leads to, and the source's part after that. */
async function settle(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** How many records the key with most of them has. */
function hottest({ partitions }: SampleTopic): number {
  const counts = Map.groupBy(
    partitions.flatMap(({ records }) => records),
    ({ user }) => user,
  );
  return Math.max(...Array.from(counts.values(), ({ length }) => length));
}
