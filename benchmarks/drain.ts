import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { allCommitted } from './backlog/group-position.ts';
import { defaultValueBytes } from './backlog/sample-data.ts';
import { plainShape, writeBacklog } from './backlog/write-backlog.ts';
import type { Benchmark } from './benchmark.ts';
import { markdownTable } from './comparison/markdown-table.ts';
import { startPeer } from './comparison/peer-process.ts';
import { whole } from './comparison/result-rows.ts';
import { orderOf } from './comparison/figures.ts';
import { millrace } from './peers/node-peers.ts';
import { type Bench, measureAlone } from './support/measure-alone.ts';
import type { GateFacts } from './stub/gate-facts.ts';
import type { StubGate } from './stub/stub.ts';
import type { ProcessUsage } from './support/process-usage.ts';

const records = 1_000_000;
const concurrency = 1_000;
const latencyMs = 10;
const commitLimitMs = 10_000;
const pollMs = 5_000;

/** How long a large backlog takes, and whether memory grows with it. */
export const drain: Benchmark = {
  name: 'drain',
  what: `${records.toLocaleString('en')} records that are waiting: how long they take, and how much memory`,
  run: () => measureAlone('drain', measure),
};

async function measure({ brokers, stub, tell }: Bench): Promise<string> {
  const topic = 'drain';
  await writeBacklog(brokers, { ...plainShape, topic, records }, (written) =>
    tell(`${whole(written)} records written`),
  );
  const gate = await stub.open({ latency: { median: latencyMs, spread: 'fixed', roundTrip: 0 } });
  const group = `drain-${randomUUID()}`;
  const startedAt = performance.now();
  const task = { brokers, topic, group, concurrency, valueBytes: defaultValueBytes, caFile: undefined, url: gate.url };
  const peer = await startPeer(await millrace.prepare(() => undefined), task);
  try {
    const facts = await untilAll(gate, tell);
    const seconds = (performance.now() - startedAt) / 1_000;
    const usage = await peer.usage();
    await allCommitted(brokers, { group, topic, records }, commitLimitMs);
    const order = orderOf([{ ...facts, repeated: facts.calls - facts.effects }]);
    return describe(seconds, order, usage);
  } finally {
    await peer.stop();
  }
}

async function untilAll(gate: StubGate, tell: (detail: string) => void): Promise<GateFacts> {
  for (let before = -1; ; await delay(pollMs)) {
    const facts = await gate.facts();
    if (facts.effects >= records) return facts;
    if (facts.effects === before) throw new Error(`no call in ${pollMs} ms, ${whole(before)} records done`);
    before = facts.effects;
    tell(`${whole(before)} of ${whole(records)} records done`);
  }
}

function describe(seconds: number, order: string, usage: ProcessUsage | undefined): string {
  const [cpuMicros, megabytes] = usage ? [(usage.cpuMs * 1_000) / records, usage.peakRssBytes / 2 ** 20] : [];
  const cells = [seconds, records / seconds, cpuMicros, megabytes].map(whole);
  const table = markdownTable(
    ['', 's', 'calls/s', 'CPU µs/call', 'peak MB', 'order'],
    [[millrace.name, ...cells, order]],
  );
  return `${whole(records)} records in one partition, distinct keys, ${latencyMs} ms, ${whole(concurrency)} calls at a time; from the start of the process to the last call, and then all is committed.\n\n${table}`;
}
