import type { ErrorCode, KafkaRecord } from '@millrace/messaging';
import { expect, it, onTestFinished, vi } from 'vitest';
import { parseCommand } from './arguments.ts';
import { carry } from './run.ts';
import { openSession } from './session.ts';
import { DeadLetterRig, type Row } from './testing/dead-letter-rig.ts';
import { runCommand, startCommand } from './testing/run-command.ts';

const patience = { timeout: 60_000, interval: 100 };
const codes: readonly ErrorCode[] = ['API_REJECTED', 'API_UNAVAILABLE', 'API_TIMEOUT', 'INVALID_EVENT', 'KEY_OVERFLOW'];

interface Listed {
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly letters: readonly { readonly id: string; readonly replays: number; readonly history: readonly object[] }[];
}

const numberOf = ({ value }: KafkaRecord) => (JSON.parse(value?.toString() ?? '') as Row).number;
const codeOf = (record: KafkaRecord) => codes[numberOf(record) % codes.length]!;

/** Rows of so many keys, one number after the other. */
function rowsOf(keys: number, each: number): Row[] {
  return Array.from({ length: keys * each }, (_, at) => ({ key: `key-${at % keys}`, number: Math.floor(at / keys) }));
}

async function listed(rig: DeadLetterRig, ...args: readonly string[]): Promise<Listed> {
  const { code, stdout, stderr } = await runCommand('dlq', 'list', '--topic', rig.topic, '--json', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Listed;
}

/** Carries out a command in this process, at another time than now. */
async function runAt(rig: DeadLetterRig, nowMs: number, ...args: readonly string[]) {
  const texts: string[] = [];
  const progress = { show: () => undefined, end: () => undefined };
  const session = await openSession(rig.kafka, { timeoutMs: 10_000, out: (text) => void texts.push(text), progress });
  onTestFinished(() => session.close());
  const command = parseCommand(['dlq', ...args, '--topic', rig.topic, '--json']);
  if ('help' in command) throw new Error('help was asked for');
  const code = await carry(command, { ...session, now: () => nowMs });
  return { code, said: JSON.parse(texts.join('')) as { replayed: number; refused: { why: string }[] } };
}

it('10,000 dead letters: lists them, replays those of one code once and in order, also when killed in the middle', async () => {
  const rig = await DeadLetterRig.start(4);
  await rig.publish(rowsOf(500, 20));
  await rig.giveUp(await rig.read(rig.topic), codeOf);
  await runCommand('dlq', 'list', '--topic', rig.topic); // once, so that the next finds what the first has compiled
  const startedMs = performance.now();
  const before = await listed(rig);
  const listMs = Math.round(performance.now() - startedMs);
  process.stdout.write(`10,000 dead letters listed in ${listMs} ms, the process included\n`);
  expect(before.total).toBe(10_000);
  expect(before.counts).toEqual(Object.fromEntries(codes.map((code) => [code, 2_000])));

  await rig.startConsumer('latest');
  const replay = ['dlq', 'replay', '--topic', rig.topic, '--code', 'API_TIMEOUT', '--json', '--by', 'ann'];
  const first = startCommand([...replay, '--rate', '300']);
  await vi.waitFor(() => expect(rig.api.calls.length).toBeGreaterThan(300), patience);
  first.kill();
  expect((await first.ended).code).toBeNull();
  const between = await listed(rig, '--code', 'API_TIMEOUT');
  expect(between.total).toBeGreaterThan(0);
  expect(between.total).toBeLessThan(1_700);
  const second = await runCommand(...replay);
  expect(second).toMatchObject({ code: 0, stderr: '' });
  expect((JSON.parse(second.stdout) as { replayed: number }).replayed).toBe(between.total);

  await vi.waitFor(() => expect(rig.api.calls).toHaveLength(2_000), patience);
  expect(new Set(rig.api.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2_000);
  const expected = rowsOf(500, 20).filter(({ number }) => codes[number % codes.length] === 'API_TIMEOUT');
  expect(new Set(rig.api.calls.map(({ idempotencyKey }) => idempotencyKey))).toEqual(
    new Set(expected.map(({ key, number }) => `rows:${key}-${number}`)),
  );
  for (const sequences of rig.api.sequences.values()) {
    expect(sequences).toHaveLength(4);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  }
  expect((await rig.read(`${rig.topic}.billing.replay`)).length).toBe(2_000);
  expect(await listed(rig)).toMatchObject({ total: 8_000 });
  const third = await runCommand(...replay);
  expect(JSON.parse(third.stdout)).toMatchObject({ replayed: 0, refused: [] });
}, 240_000);

it('refuses what the API has forgotten the keys of, until it is forced; keeps who decided what', async () => {
  const rig = await DeadLetterRig.start(2);
  await rig.publish(rowsOf(10, 2));
  await rig.giveUp(await rig.read(rig.topic), codeOf);
  await rig.startConsumer('latest');
  const later = Date.now() + 3 * 86_400_000;
  const dry = await runCommand(
    'dlq',
    'replay',
    '--topic',
    rig.topic,
    '--dry-run',
    '--now',
    new Date(later).toISOString(),
  );
  expect(dry).toMatchObject({ code: 3, stderr: '' });
  expect(dry.stdout).toMatch(/would be replayed: 0\nrefused: 20\n.*expired-key/);
  const refused = await runAt(rig, later, 'replay');
  expect(refused.code).toBe(3);
  expect(refused.said.refused.map(({ why }) => why)).toEqual(Array.from({ length: 20 }, () => 'expired-key'));
  expect(rig.api.calls).toEqual([]);
  const forced = await runAt(rig, later, 'replay', '--force', '--code', 'API_REJECTED', '--by', 'ann');
  expect(forced).toMatchObject({ code: 0, said: { replayed: 10, refused: [] } });
  await vi.waitFor(() => expect(rig.api.calls).toHaveLength(10), patience);

  const discard = ['dlq', 'discard', '--topic', rig.topic, '--code', 'API_UNAVAILABLE', '--by', 'bob'];
  expect(await runCommand(...discard)).toMatchObject({ code: 2, stdout: '' });
  const discarded = await runCommand(...discard, '--reason', 'the customers are gone');
  expect(discarded).toMatchObject({ code: 0, stdout: 'discarded: 10\n', stderr: '' });
  expect(await listed(rig)).toMatchObject({ total: 0 });
  expect(await listed(rig, '--all')).toMatchObject({ total: 20 });
  const history = await runCommand('dlq', 'history', '--topic', rig.topic, '--json');
  const decisions = JSON.parse(history.stdout) as { decision: string; by: string; forced?: string; reason?: string }[];
  const told = decisions.map(({ decision, by, forced, reason }) => [decision, by, forced ?? reason].join(' '));
  expect(told.toSorted()).toEqual([
    ...Array.from({ length: 10 }, () => 'discarded bob the customers are gone'),
    ...Array.from({ length: 10 }, () => 'replayed ann expired-key'),
  ]);
}, 120_000);

it('a record that fails again comes back with its history, and is not replayed in a loop', async () => {
  const rig = await DeadLetterRig.start(2);
  await rig.startConsumer();
  rig.api.answer = () => 422;
  await rig.publish([{ key: 'a', number: 1 }]);
  await vi.waitFor(async () => expect(await listed(rig)).toMatchObject({ total: 1 }), patience);
  const replay = ['dlq', 'replay', '--topic', rig.topic];
  expect(await runCommand(...replay)).toMatchObject({ code: 0, stderr: '' });
  await vi.waitFor(async () => expect((await listed(rig)).letters[0]).toMatchObject({ replays: 1 }), patience);
  const [letter] = (await listed(rig)).letters;
  expect(letter).toMatchObject({
    code: 'API_REJECTED',
    status: 422,
    attempts: 1,
    topic: rig.topic,
    offset: 0,
    history: [{ code: 'API_REJECTED', status: '422', attempts: 1 }],
  });
  expect(rig.api.calls).toHaveLength(2);
  expect(new Set(rig.api.calls.map(({ idempotencyKey, sequence }) => `${idempotencyKey} ${sequence}`))).toEqual(
    new Set(['rows:a-1 0']),
  );
  const refused = await runCommand(...replay);
  expect(refused.code).toBe(3);
  expect(refused.stdout).toContain('replayed-before');
  const shown = await runCommand('dlq', 'show', letter!.id);
  expect(shown.stdout).toContain('API_REJECTED (422)');
  expect(shown.stdout).not.toContain('"number":1');
  expect((await runCommand('dlq', 'show', letter!.id, '--value')).stdout).toContain('{"key":"a","number":1}');
  rig.api.answer = () => 200;
  expect(await runCommand(...replay, '--again')).toMatchObject({ code: 0 });
  await vi.waitFor(() => expect(rig.api.calls).toHaveLength(3), patience);
  expect(await listed(rig)).toMatchObject({ total: 0 });
}, 120_000);

it('refuses what a newer record of the key has superseded, by what the group has really done', async () => {
  const rig = await DeadLetterRig.start(1);
  await rig.startConsumer();
  rig.api.answer = ({ sequence }) => (sequence < 2 ? 422 : 200);
  await rig.publish([
    { key: 'a', number: 1 },
    { key: 'b', number: 1 },
    { key: 'a', number: 2 },
  ]);
  await vi.waitFor(async () => expect(await listed(rig)).toMatchObject({ total: 2 }), patience);
  await vi.waitFor(() => expect(rig.api.calls).toHaveLength(3), patience);
  const replay = () => runCommand('dlq', 'replay', '--topic', rig.topic, '--dry-run', '--json');
  // What is done is known to others once it is committed.
  await vi.waitFor(async () => {
    const { code, stdout } = await replay();
    expect({ code, said: JSON.parse(stdout) as object }).toMatchObject({
      code: 3,
      said: { replayed: 1, refused: [{ why: 'superseded' }] },
    });
  }, patience);
}, 120_000);

it('keeps a key serial over the topic and its replays while members come and go', async () => {
  const rig = await DeadLetterRig.start(4);
  const rows = rowsOf(20, 20);
  await rig.publish(rows);
  await rig.giveUp(await rig.read(rig.topic), codeOf);
  await rig.startConsumer('latest');
  await vi.waitFor(async () => {
    const { stdout } = await runCommand('dlq', 'replay', '--topic', rig.topic, '--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ replayed: 400 });
  }, patience);
  rig.api.latencyMs = 15;
  const replaying = runCommand('dlq', 'replay', '--topic', rig.topic, '--rate', '100');
  await vi.waitFor(() => expect(rig.api.calls.length).toBeGreaterThan(30), patience);
  await rig.publish(rowsOf(20, 10).map(({ key, number }) => ({ key, number: 100 + number })));
  const second = await rig.startConsumer('latest');
  await vi.waitFor(() => expect(rig.api.calls.length).toBeGreaterThan(300), patience);
  await second.stop();
  expect(await replaying).toMatchObject({ code: 0 });
  const all = 400 + 200;
  const done = () => new Set(rig.api.calls.map(({ idempotencyKey }) => idempotencyKey));
  await vi.waitFor(() => expect(done().size).toBe(all), patience);
  expect(rig.api.overlaps).toEqual([]);
  const replayed = rig.api.calls.filter(({ idempotencyKey }) => Number(idempotencyKey.split('-').at(-1)) < 100);
  for (const calls of Map.groupBy(replayed, ({ orderKey }) => orderKey).values()) {
    const sequences = [...new Set(calls.map(({ sequence }) => sequence))];
    expect(sequences).toHaveLength(20);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  }
}, 240_000);
