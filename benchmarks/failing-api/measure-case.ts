import { setTimeout as delay } from 'node:timers/promises';
import { createKafka, ensureTopics } from '@millrace/kafka';
import { createLogger } from '@millrace/telemetry';
import { allCommitted } from '../backlog/group-position.ts';
import { defaultValueBytes } from '../backlog/sample-data.ts';
import { type PeerProcess, startPeer } from '../comparison/peer-process.ts';
import { whole } from '../comparison/result-rows.ts';
import { millrace } from '../peers/node-peers.ts';
import type { GateFacts, Trouble } from '../stub/gate-facts.ts';
import type { StubGate } from '../stub/stub.ts';
import type { Bench } from '../support/measure-alone.ts';
import { quantile } from '../support/quantile.ts';
import { sendSteadily } from '../support/send-steadily.ts';
import { until } from '../support/until.ts';
import { type Case, timeoutMs } from './cases.ts';
import { type DeadLetters, followDeadLetters } from './dead-letters.ts';

export const keys = 10_000;
export const partitions = 12;
export const latency = { median: 50, spread: 'fixed', roundTrip: 0 } as const;
const group = 'failing';
const wellMs = 10_000;
const commitLimitMs = 30_000;
const pollMs = 500;

export interface Load {
  /** For how long it goes wrong. */
  readonly seconds: number;
  readonly perSecond: number;
}

interface Scene {
  readonly topic: string;
  readonly tell: Bench['tell'];
  readonly asked: Case;
  readonly load: Awaited<ReturnType<typeof sendSteadily>>;
  readonly gate: StubGate;
  readonly letters: DeadLetters;
}

export const columns = [
  'what goes wrong',
  'calls that failed',
  'dead letters',
  'without an outcome',
  'out of order, overlapping, letters out of order',
  'called twice',
  'p99 s of the others',
  'calls/s, part of C / slot',
  'backlog',
  'caught up after s',
  'peak MB before, after',
];

/** A row of the table, as {@link columns} has it. */
export async function measureCase(bench: Bench, topic: string, asked: Case, load: Load): Promise<string[]> {
  const { brokers, stub, tell } = bench;
  const kafka = createKafka({
    brokers,
    clientId: 'failing-api',
    log: createLogger({ service: 'benchmark', level: 'warn' }),
  });
  await ensureTopics(kafka, [{ name: topic, partitions, groups: [group] }]);
  const gate = await stub.open(behaviour(asked));
  const letters = await followDeadLetters(brokers, `${topic}.${group}.dlq`);
  const peer = await startConsumer(bench, topic, asked, gate.url);
  try {
    const sending = await sendSteadily({ brokers, topic, perSecond: load.perSecond, keys });
    const scene = { topic, tell, asked, load: sending, gate, letters };
    tell(`${topic}: all is well`);
    await delay(wellMs);
    const before = await peer.usage();
    const course = await goWrong(scene, load);
    const sentMs = await sending.stop();
    await allCommitted(brokers, { group, topic, records: sentMs.length }, commitLimitMs);
    const facts = await settled(gate, letters);
    const others = await delaysOfOthers(gate, sentMs, asked.trouble.failingKeys ?? 0);
    const usages = [before, await peer.usage()];
    return [
      asked.label,
      whole(facts.troubled),
      whole(letters.count()),
      whole(sentMs.length - facts.effects - letters.count()),
      `${facts.outOfOrder}, ${facts.overlaps}, ${letters.outOfOrder()}`,
      whole(facts.calls - facts.effects),
      (quantile(others, 0.99) / 1_000).toFixed(2),
      ...course,
      usages.map((usage) => whole((usage?.peakRssBytes ?? Number.NaN) / 2 ** 20)).join(', '),
    ];
  } finally {
    await peer.stop();
    await letters.stop();
    await gate.close();
  }
}

function behaviour({ leftOut = false }: Case, trouble?: Trouble) {
  return { latency, remembers: true, keys, leftOut, ...(trouble && { trouble }) };
}

async function startConsumer({ brokers }: Bench, topic: string, asked: Case, url: string): Promise<PeerProcess> {
  const command = await millrace.prepare(() => undefined);
  const { concurrency, env } = asked;
  const task = { brokers, topic, group, concurrency, valueBytes: defaultValueBytes, caFile: undefined, url };
  return startPeer({ ...command, env: { ...command.env, ...env } }, task);
}

/** The trouble and its end: throughput meanwhile, backlog, and how long it took to be rid of it. */
async function goWrong(scene: Scene, { seconds, perSecond }: Load): Promise<readonly string[]> {
  const { topic, tell, asked, load, gate, letters } = scene;
  const { trouble, saturated = false, concurrency } = asked;
  await gate.behave(behaviour(asked, trouble));
  const begun = await gate.facts();
  tell(`${topic}: it goes wrong`);
  await delay(seconds * 1_000);
  const over = await gate.facts();
  await gate.behave(behaviour(asked));
  const overMark = performance.now();
  if (saturated) await load.stop();
  const leftOf = ({ effects }: GateFacts) => load.sent() - effects - letters.count();
  const backlog = leftOf(over);
  await until(`${topic} to catch up`, gate.facts, (facts) => leftOf(facts) < perSecond);
  return [
    saturated ? throughput(begun, over, concurrency / meanSlotMs(trouble)) : '–',
    whole(backlog),
    ((performance.now() - overMark) / 1_000).toFixed(1),
  ];
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
async function settled(gate: StubGate, letters: DeadLetters): Promise<GateFacts> {
  for (let [facts, read] = [await gate.facts(), letters.count()]; ;) {
    await delay(pollMs);
    const next = await gate.facts();
    if (next.calls === facts.calls && letters.count() === read) return next;
    [facts, read] = [next, letters.count()];
  }
}

/** From sending to the first call, in ms, of the records of keys that did not fail. */
async function delaysOfOthers(gate: StubGate, sentMs: readonly number[], failingKeys: number): Promise<number[]> {
  const arrivals = await gate.arrivals();
  const delays = sentMs.map((sent, number) => [number % keys, (arrivals[number] ?? Number.NaN) - sent] as const);
  return delays.filter(([key]) => key >= failingKeys).map(([, ms]) => ms);
}
