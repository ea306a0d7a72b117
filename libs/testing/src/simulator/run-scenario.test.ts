import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@millrace/telemetry';
import { expect, it } from 'vitest';
import type { RunEvent } from '../guarantees/run-event.ts';
import { scenarioOf } from './scenario-of.ts';
import type { Fault } from './fault.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { traceOf } from './trace-of.ts';

const seeds = [3, 11, 42];
const silent = createLogger({ service: 'test', level: 'silent' });

/** Nothing goes wrong in it. */
const quiet: Scenario = {
  topics: [{ partitions: 3, backlog: 10, firstOffset: 0, gapPercent: 20 }],
  load: {
    records: 30,
    overMs: 5_000,
    keys: 8,
    hotPercent: 0,
    nullKeyPercent: 10,
    otherTypePercent: 10,
    invalidPercent: 10,
    bytes: 20,
  },
  consumer: {
    order: 'key',
    concurrency: 10,
    callTimeoutMs: 5_000,
    drainTimeoutMs: 2_000,
    maxElapsedMs: 3_600_000,
    overflow: 'pause',
    held: { records: 1_000, bytes: 1_000_000, recordsPerPartition: 500 },
    maxAgeMs: undefined,
  },
  api: {
    fastestMs: 10,
    slowestMs: 100,
    slowPercent: 0,
    failPercent: 0,
    rejectPercent: 0,
    unansweredPercent: 0,
    hangPercent: 0,
    stuckKeys: 0,
    stuck: 'fails',
    onAbort: 'ends',
  },
  network: { fastestMs: 1, slowestMs: 10, lossPercent: 0 },
  members: 2,
  faults: [],
};

async function run(scenario: Scenario) {
  const events: RunEvent[] = [];
  const end = await runScenario(scenario, { seed: 1, log: silent, watch: (event) => void events.push(event) });
  const kinds = (kind: RunEvent['kind']) => events.filter((event) => event.kind === kind);
  return { ...end, events, kinds };
}

const withFaults = (...faults: readonly Fault[]) => run({ ...quiet, faults });

async function hashes(): Promise<readonly string[]> {
  const traces = await Promise.all(seeds.map((seed) => traceOf(scenarioOf(seed), seed)));
  return traces.map((trace) => createHash('sha256').update(trace).digest('hex'));
}

it('is the same run for the same seed, to the last byte, in another process, too', async () => {
  const there = execFileSync(process.execPath, [
    fileURLToPath(new URL('trace-hashes.fixture.ts', import.meta.url)),
    ...seeds.map(String),
  ]);
  expect(new Set(await hashes()).size).toBe(seeds.length);
  expect(there.toString().trim().split('\n')).toEqual(await hashes());
});

it('comes to its end where nothing goes wrong: every record has its outcome, every partition is committed', async () => {
  const { facts, unfinished, kinds } = await run(quiet);
  expect(unfinished).toEqual([]);
  expect(facts).toMatchObject({ records: 43, crashes: 0, expiries: 0, stops: 2 });
  expect(kinds('outcome')).toHaveLength(43);
  expect(facts.calls).toBe(kinds('effect').length);
  expect(facts['dead letters']).toBeGreaterThan(0);
});

it('lets a member crash so many microtasks after what it waits for', async () => {
  const crash = { kind: 'crash', atMs: 2_500, member: 0, microtasks: 3, backAfterMs: 1_000 } as const;
  const { facts, unfinished, kinds } = await withFaults({ ...crash, moment: { on: 'call-started', count: 2 } });
  const [crashed] = kinds('crashed');
  const started = kinds('call-started').filter((event) => 'member' in event && event.member === 'm1');
  expect(crashed).toMatchObject({ member: 'm1' });
  expect(started.some(({ atMs }) => atMs === crashed?.atMs)).toBe(true);
  expect(facts).toMatchObject({ crashes: 1, expiries: 1 });
  expect(unfinished).toEqual([]);
});

it.each<[Fault, Partial<Record<string, number>>]>([
  [{ kind: 'join', atMs: 3_000 }, { stops: 3 }],
  [{ kind: 'visit', atMs: 3_000, forMs: 2_000 }, { stops: 3 }],
  [{ kind: 'leave', atMs: 3_000, member: 0, backAfterMs: 500 }, { stops: 3 }],
  [
    { kind: 'stand-still', atMs: 3_000, member: 1, forMs: 20_000 },
    { 'stand-stills': 1, expiries: 1 },
  ],
  [{ kind: 'cut-off', atMs: 3_000, member: 1, forMs: 20_000 }, { expiries: 1 }],
  [{ kind: 'coordinator-away', atMs: 3_000, forMs: 2_000, forgetsMembers: true }, { expiries: 2 }],
  [
    { kind: 're-create', atMs: 3_000, topic: 0, records: 5, members: 'stopped' },
    { 'logs made anew': 3, records: 48 },
  ],
  [
    { kind: 're-create', atMs: 3_000, topic: 0, records: 5, members: 'running' },
    { 'logs made anew': 3, records: 43 },
  ],
  [
    { kind: 'set-offsets', atMs: 3_000, back: 2 },
    { 'offsets set': 3, stops: 4 },
  ],
  [
    { kind: 'set-offsets', atMs: 3_000, back: null },
    { 'offsets set': 3, stops: 4 },
  ],
])('goes through %o and comes to its end', async (fault, facts) => {
  const ended = await withFaults(fault);
  expect(ended.facts).toMatchObject(facts);
  expect(ended.unfinished).toEqual([]);
});

it('has clocks jump: what compares times of day is wrong meanwhile, what waits is not', async () => {
  const jump = { kind: 'clock-jump', atMs: 1, byMs: 3_600_000, rightAfterMs: null } as const;
  const expired = async (...faults: readonly Fault[]) => {
    const ended = await run({ ...quiet, consumer: { ...quiet.consumer, maxAgeMs: 60_000 }, faults });
    expect(ended.unfinished).toEqual([]);
    expect(ended.facts).toMatchObject({ expiries: 0, records: 43 });
    return ended.kinds('outcome').filter((event) => 'outcome' in event && event.outcome === 'expired').length;
  };
  expect(await expired()).toBe(0);
  expect(await expired({ ...jump, whose: 0 })).toBeGreaterThan(0);
  expect(await expired({ ...jump, whose: 'producers', byMs: -3_600_000 })).toBeGreaterThan(0);
  expect(await expired({ ...jump, whose: 'producers' })).toBe(0);
  expect(await expired({ ...jump, whose: 0, byMs: -3_600_000 })).toBe(0);
});

it('has disks full: nothing is written, be it record, dead letter or commit, until there is room again', async () => {
  const { facts, unfinished, events } = await withFaults({ kind: 'full-disk', atMs: 1, forMs: 8_000 });
  const written = events.filter(({ kind, atMs }) => ['appended', 'letter', 'committed'].includes(kind) && atMs > 0);
  expect(new Set(written.map(({ kind }) => kind)).size).toBe(3);
  expect(written[0]?.atMs).toBeGreaterThan(8_000);
  expect(facts['dead letters']).toBe(
    new Set(written.flatMap((event) => (event.kind === 'letter' ? event.id : []))).size,
  );
  expect(unfinished).toEqual([]);
});

it('has commits fail, records removed, partitions added and targets closed', async () => {
  const { facts, unfinished, events } = await withFaults(
    { kind: 'commits', atMs: 1_000, how: 'refused', percent: 100, forMs: 3_000 },
    { kind: 'compact', atMs: 4_000, topic: 0, percent: 100 },
    { kind: 'delete-old', atMs: 4_500, topic: 0, percent: 50 },
    { kind: 'add-partitions', atMs: 500, topic: 0, partitions: 2 },
    { kind: 'new-leader', atMs: 2_000, topic: 0, offsets: 2, forMs: 500 },
    { kind: 'fail-letters', atMs: 0, forMs: 3_000 },
    { kind: 'close-target', atMs: 0, forMs: 2_000 },
  );
  expect(facts['commits failed']).toBeGreaterThan(0);
  expect(facts['records removed']).toBeGreaterThan(0);
  expect(events.some((event) => event.kind === 'granted' && event.partition === 4)).toBe(true);
  expect(events.find(({ kind }) => kind === 'call-started')?.atMs).toBeGreaterThanOrEqual(2_000);
  expect(unfinished).toEqual([]);
});
