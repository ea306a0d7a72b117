import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { createKafka, ensureTopics } from '@millrace/kafka';
import { LaunchError } from '@millrace/launcher';
import { createLogger } from '@millrace/telemetry';
import kafkajs from 'kafkajs';
import { allCommitted } from './backlog/group-position.ts';
import { defaultValueBytes } from './backlog/sample-data.ts';
import type { Benchmark } from './benchmark.ts';
import { markdownTable } from './comparison/markdown-table.ts';
import { whole } from './comparison/result-rows.ts';
import { startPeer } from './comparison/peer-process.ts';
import { millrace } from './peers/node-peers.ts';
import type { GateFacts, Trouble } from './stub/gate-facts.ts';
import type { StubGate } from './stub/stub.ts';
import { type Bench, measureAlone } from './support/measure-alone.ts';
import { quantile } from './support/quantile.ts';
import { sendSteadily } from './support/send-steadily.ts';
import { until } from './support/until.ts';

const group = 'failing';
const keys = 10_000;
const partitions = 12;
const latency = { median: 50, spread: 'fixed', roundTrip: 0 } as const;
const timeoutMs = 1_000;
const wellMs = 10_000;
const commitLimitMs = 30_000;
const pollMs = 500;

/** What goes wrong, and how the consumer is set. */
interface Case {
  readonly label: string;
  readonly trouble: Trouble;
  readonly concurrency: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the load is more than can be done, so that it ends with the trouble: what counts is how much is done. */
  readonly saturated?: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  none: { label: 'nothing', trouble: {}, concurrency: 500 },
  down: { label: 'every call gets 503', trouble: { failing: 1 }, concurrency: 500 },
  revoked: { label: 'every call gets 401', trouble: { failing: 1, status: 401 }, concurrency: 500 },
  flaky: {
    label: '5 % get 503, 1 % no answer in 1 s',
    trouble: { failing: 0.05, hanging: 0.01 },
    concurrency: 100,
    env: { PEER_TIMEOUT_MS: `${timeoutMs}` },
    saturated: true,
  },
  keys: {
    label: '200 of 10,000 keys get 503',
    trouble: { failingKeys: 200 },
    concurrency: 500,
    env: { PEER_OVERFLOW: 'dead-letter' },
  },
};

/** What becomes of a steady load while its API fails, and after that. */
export const failingApi: Benchmark = {
  name: 'failing-api',
  what: 'a steady load while its API is down, refuses us, or fails for some: calls, dead letters, order, time to catch up',
  run: async (args) => {
    const asked = readArguments(args);
    await measureAlone('failing-api', (bench) => measure(bench, asked));
  },
};

interface Asked {
  readonly names: readonly string[];
  readonly seconds: number;
  readonly perSecond: number;
}

function readArguments(args: readonly string[]): Asked {
  const options = { seconds: { type: 'string', default: '60' }, rate: { type: 'string', default: '2000' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [seconds, perSecond] = [Number(values.seconds), Number(values.rate)];
  const unknown = positionals.find((name) => !(name in cases));
  if (unknown !== undefined || !(seconds > 0) || !(perSecond > 0))
    throw new LaunchError(
      `failing-api takes the names of cases (${Object.keys(cases).join(', ')}), --seconds and --rate, both above 0.`,
    );
  return { names: positionals.length > 0 ? positionals : Object.keys(cases), seconds, perSecond };
}

async function measure(bench: Bench, { names, seconds, perSecond }: Asked): Promise<string> {
  const rows: string[][] = [];
  for (const name of names) {
    const asked = cases[name];
    if (asked) rows.push([asked.label, ...(await measureCase(bench, name, asked, { seconds, perSecond }))]);
  }
  const columns = [
    'what goes wrong',
    'calls that failed',
    'dead letters',
    'out of order, overlapping',
    'called twice',
    'p99 s of the others',
    'calls/s, part of C / slot',
    'backlog',
    'caught up after s',
    'peak MB before, after',
  ];
  return `${whole(perSecond)} events/s of ${whole(keys)} keys in ${partitions} partitions, ${latency.median} ms; it goes wrong for ${seconds} s.\n\n${markdownTable(columns, rows)}`;
}

async function measureCase(
  { brokers, stub, tell }: Bench,
  topic: string,
  { trouble, concurrency, saturated = false, env = {} }: Case,
  { seconds, perSecond }: Pick<Asked, 'seconds' | 'perSecond'>,
): Promise<readonly string[]> {
  const log = createLogger({ service: 'benchmark', level: 'warn' });
  const kafka = createKafka({ brokers, clientId: 'failing-api', log });
  await ensureTopics(kafka, [{ name: topic, partitions, groups: [group] }]);
  const behaviour = { latency, remembers: true, keys };
  const gate = await stub.open(behaviour);
  const command = await millrace.prepare(() => undefined);
  const task = { brokers, topic, group, concurrency, valueBytes: defaultValueBytes, caFile: undefined, url: gate.url };
  const peer = await startPeer({ ...command, env: { ...command.env, ...env } }, task);
  try {
    const load = await sendSteadily({ brokers, topic, perSecond, keys });
    tell(`${topic}: all is well`);
    await delay(wellMs);
    const before = await peer.usage();
    await gate.behave({ ...behaviour, trouble });
    const begun = await gate.facts();
    tell(`${topic}: it goes wrong`);
    await delay(seconds * 1_000);
    const over = await gate.facts();
    await gate.behave(behaviour);
    const startedAt = performance.now();
    if (saturated) await load.stop();
    const backlog = load.sent() - over.effects;
    await until(`${topic} to catch up`, gate.facts, ({ effects }) => load.sent() - effects < perSecond);
    const caughtUpMs = performance.now() - startedAt;
    const sentMs = await load.stop();
    await allCommitted(brokers, { group, topic, records: sentMs.length }, commitLimitMs);
    const facts = await settled(gate);
    const letters = await recordsIn(brokers, `${topic}.${group}.dlq`);
    const after = await peer.usage();
    const others = await delaysOfOthers(gate, sentMs, trouble.failingKeys ?? 0);
    return [
      whole(facts.troubled),
      whole(letters),
      `${facts.outOfOrder}, ${facts.overlaps}`,
      whole(facts.calls - facts.effects),
      (quantile(others, 0.99) / 1_000).toFixed(2),
      saturated ? throughput(begun, over, concurrency / meanSlotMs(trouble)) : '–',
      whole(backlog),
      (caughtUpMs / 1_000).toFixed(1),
      [before, after].map((usage) => whole((usage?.peakRssBytes ?? Number.NaN) / 2 ** 20)).join(', '),
    ];
  } finally {
    await peer.stop();
    await gate.close();
  }
}

/** Calls per second between two looks, those with trouble included, and their part of what there could be in a ms. */
function throughput(from: GateFacts, to: GateFacts, mostPerMs: number): string {
  const perMs = (to.calls + to.troubled - from.calls - from.troubled) / (to.atMs - from.atMs);
  return `${whole(1_000 * perMs)}, ${(perMs / mostPerMs).toFixed(2)}`;
}

/** How long a call takes on average. */
function meanSlotMs({ hanging = 0 }: Trouble): number {
  return (1 - hanging) * latency.median + hanging * timeoutMs;
}

/** The facts when no more happens. */
async function settled(gate: StubGate): Promise<GateFacts> {
  for (let facts = await gate.facts(); ;) {
    await delay(pollMs);
    const next = await gate.facts();
    if (next.calls === facts.calls) return next;
    facts = next;
  }
}

/** From sending to the first call, in ms, of the records of keys that did not fail. */
async function delaysOfOthers(gate: StubGate, sentMs: readonly number[], failingKeys: number): Promise<number[]> {
  const arrivals = await gate.arrivals();
  const delays = sentMs.map((sent, number) => [number % keys, (arrivals[number] ?? Number.NaN) - sent] as const);
  return delays.filter(([key]) => key >= failingKeys).map(([, ms]) => ms);
}

async function recordsIn(brokers: readonly string[], topic: string): Promise<number> {
  const { Kafka, logLevel } = kafkajs;
  const admin = new Kafka({ clientId: 'benchmark', brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}
