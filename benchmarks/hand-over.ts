import { setTimeout as delay } from 'node:timers/promises';
import { allCommitted } from './backlog/group-position.ts';
import { defaultValueBytes } from './backlog/sample-data.ts';
import { plainShape, writeBacklog } from './backlog/write-backlog.ts';
import type { Benchmark } from './benchmark.ts';
import { markdownTable } from './comparison/markdown-table.ts';
import { type PeerProcess, startPeer } from './comparison/peer-process.ts';
import { whole } from './comparison/result-rows.ts';
import { CommitWatch } from './hand-over/commit-watch.ts';
import { millrace } from './peers/node-peers.ts';
import { type Bench, measureAlone } from './support/measure-alone.ts';

const partitions = 12;
const changes = 10;
const everyMs = 3_000;
const records = 150_000;
const keys = 20_000;
const concurrency = 100;
const limitMs = 180_000;
const latency = { median: 50, spread: 'lognormal', roundTrip: 0 } as const;
const topic = 'hand-over';

/** What it costs when members, each a process of its own, come and go under load. */
export const handOver: Benchmark = {
  name: 'hand-over',
  what: `${changes} joins and leaves in ${(changes * everyMs) / 1_000} s under load: what is lost, overlaps, or is called again`,
  run: () => measureAlone('hand-over', measure),
};

async function measure({ brokers, stub, tell }: Bench): Promise<string> {
  const shape = { ...plainShape, partitions, keys: { kind: 'uniform', count: keys } } as const;
  await writeBacklog(brokers, { ...shape, topic, records }, () => undefined);
  const gate = await stub.open({ latency });
  const command = await millrace.prepare(() => undefined);
  const task = { brokers, topic, group: topic, concurrency, valueBytes: defaultValueBytes, caFile: undefined };
  const join = () => startPeer(command, { ...task, url: gate.url });
  const commits = await CommitWatch.begin(brokers, { group: topic, topic });
  const members = [await join(), await join()];
  try {
    await comeAndGo(members, join, tell);
    await allCommitted(brokers, { group: topic, topic, records }, limitMs);
    const { calls, effects, overlaps, outOfOrder } = await gate.facts();
    const figures = [records - effects, calls - effects, overlaps, outOfOrder, commits.wentBack];
    const table = markdownTable(
      ['records lost', 'calls made again', 'overlaps of a key', 'out of order', 'commits that went back'],
      [figures.map(whole)],
    );
    return `${whole(records)} records of ${whole(keys)} keys in ${partitions} partitions, ${latency.median} ms (lognormal), members of ${concurrency} calls each; every ${everyMs / 1_000} s one joins or one gets SIGTERM, ${changes} times, between two and three of them.\n\n${table}`;
  } finally {
    await commits.end();
    await Promise.all(members.map((member) => member.stop()));
  }
}

/** One joins, then the oldest leaves, and so on; each change begins on time, whether the one before is done or not. */
async function comeAndGo(members: PeerProcess[], join: () => Promise<PeerProcess>, tell: Bench['tell']): Promise<void> {
  const underway: Promise<unknown>[] = [];
  for (let change = 1; change <= changes; change++) {
    await delay(everyMs);
    tell(`change ${change} of ${changes}`);
    if (change % 2 === 1) underway.push(join().then((member) => members.push(member)));
    else underway.push(members.shift()?.stop() ?? Promise.resolve());
  }
  await Promise.all(underway);
}
