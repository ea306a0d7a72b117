import { setTimeout as delay } from 'node:timers/promises';
import { allCommitted } from './backlog/group-position.ts';
import { defaultValueBytes } from './backlog/sample-data.ts';
import { plainShape, writeBacklog } from './backlog/write-backlog.ts';
import type { Benchmark } from './benchmark.ts';
import { markdownTable } from './comparison/markdown-table.ts';
import { whole } from './comparison/result-rows.ts';
import { startPeer } from './comparison/peer-process.ts';
import { millrace } from './peers/node-peers.ts';
import { type Bench, measureAlone } from './support/measure-alone.ts';
import { until } from './support/until.ts';

const done = 20_000;
const concurrency = 1_000;
/** Of one of the first records; its key has no other. */
const stuckKey = 7;
const commitLimitMs = 60_000;
const latency = { median: 50, spread: 'fixed', roundTrip: 0 } as const;

/** When the process is killed; `records`: how many there are. */
const cases = [
  { label: 'in the middle of 40,000', records: 2 * done, waitMs: 0 },
  { label: 'as soon as all others are done', records: done + 1, waitMs: 0 },
  { label: '1 s later', records: done + 1, waitMs: 1_000 },
];

/** What `kill -9` costs in calls, while one call has had no answer from the beginning. */
export const kill: Benchmark = {
  name: 'kill',
  what: `a consumer's process is killed with one call stuck and ${done.toLocaleString('en')} done: how many are made again`,
  run: () => measureAlone('kill', measure),
};

async function measure(bench: Bench): Promise<string> {
  const rows: string[][] = [];
  for (const [index, { label, records, waitMs }] of cases.entries()) {
    bench.tell(`killing ${label}`);
    rows.push([label, ...(await killOnce(bench, { topic: `kill-${index}`, records, waitMs }))]);
  }
  const table = markdownTable(['killed', 'calls made again', 'calls under way', 'calls lost'], rows);
  return `One partition, distinct keys, ${latency.median} ms, up to ${whole(concurrency)} calls at a time; one call is stuck from the beginning, ${whole(done)} are done when the process gets SIGKILL. The stuck one, which is made again each time, is not counted.\n\n${table}`;
}

interface Case {
  readonly topic: string;
  readonly records: number;
  readonly waitMs: number;
}

async function killOnce({ brokers, stub }: Bench, { topic, records, waitMs }: Case): Promise<readonly string[]> {
  await writeBacklog(brokers, { ...plainShape, topic, records }, () => undefined);
  const gate = await stub.open({ latency, stuckKey });
  const task = { brokers, topic, concurrency, valueBytes: defaultValueBytes, caFile: undefined, url: gate.url };
  const command = await millrace.prepare(() => undefined);
  const first = await startPeer(command, { ...task, group: topic });
  await until('the others to be done', gate.facts, ({ effects }) => effects >= done);
  await delay(waitMs);
  const { inFlight } = await gate.facts();
  await first.kill();
  const second = await startPeer(command, { ...task, group: topic });
  try {
    await until('the stuck call to be made again', gate.facts, (facts) => facts.effects + 1 >= records);
    // Both calls of the stuck record end now: the one of the dead process, and the one of its successor.
    await gate.behave({ latency });
    await allCommitted(brokers, { group: topic, topic, records }, commitLimitMs);
    const { calls, effects } = await gate.facts();
    return [calls - effects - 1, inFlight - 1, records - effects].map(whole);
  } finally {
    await second.stop();
  }
}
