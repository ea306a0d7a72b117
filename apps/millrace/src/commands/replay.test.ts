import { describe, expect, it } from 'vitest';
import { day, FakeKafka, start } from '../testing/fake-kafka.ts';

interface Said {
  readonly replayed: number;
  readonly letters: readonly { readonly id: string; readonly forced?: string }[];
  readonly refused: readonly { readonly id: string; readonly why: string; readonly detail: string }[];
}

const replays = 'orders.billing.replay';
const header = (record: { headers: Readonly<Record<string, unknown>> } | undefined, name: string) =>
  (record?.headers[`millrace_dlq_${name}`] as Buffer | undefined)?.toString();
const offsetsOf = (kafka: FakeKafka) => kafka.log(replays).map((record) => Number(header(record, 'offset')));
const whys = ({ refused }: Said) => refused.map(({ why }) => why);

/** So many records of keys in turn, each given up on. */
function withLetters(count: number, keys = ['ann', 'bob', 'cat']): FakeKafka {
  const kafka = new FakeKafka();
  for (let at = 0; at < count; at++) kafka.giveUp(kafka.event({ key: keys[at % keys.length] ?? '' }));
  return kafka;
}

describe('a replay', () => {
  it('sends the record as it came, to the partition of its number, with its history', async () => {
    const kafka = new FakeKafka();
    kafka.event({ key: 'ann', partition: 3 });
    const record = kafka.event({ key: 'bob', partition: 3 });
    const letter = kafka.giveUp(record);
    expect((await kafka.run('replay')).code).toBe(0);
    const [sent] = kafka.log(replays);
    expect(sent).toMatchObject({ partition: 3, key: record.key, value: record.value });
    expect(sent?.headers).toMatchObject(record.headers);
    expect([header(sent, 'topic'), header(sent, 'partition'), header(sent, 'offset')]).toEqual(['orders', '3', '1']);
    expect([header(sent, 'replays'), header(sent, 'replay_of')]).toEqual([
      '1',
      `orders.billing.dlq/3/${letter.offset}`,
    ]);
    expect(['code', 'message', 'attempts', 'first_at', 'last_at'].map((name) => header(sent, name))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(JSON.parse(header(sent, 'history') ?? '')).toMatchObject([
      {
        code: 'API_REJECTED',
        message: 'POST /invoices answered 422',
        attempts: 1,
        replayedAt: new Date(start).toISOString(),
      },
    ]);
  });

  it('refuses a letter without its value, whatever is forced, and says where that lies', async () => {
    const kafka = new FakeKafka();
    kafka.giveUpAbridged(kafka.event({ key: 'ann' }));
    kafka.giveUp(kafka.event({ key: 'bob' }));
    const said = await kafka.runJson<Said>('replay', '--force', '--again');
    expect([said.replayed, whys(said)]).toEqual([1, ['abridged']]);
    expect(said.refused[0]?.detail).toBe(
      'it is without its value of 5000000 bytes: see offset 0 of partition 0 of orders, while that is kept',
    );
    expect((await kafka.run('show', 'orders.billing.dlq/0/0')).out).toContain('value of 5000000 bytes: too large');
  });

  it('writes the decision in one transaction with the record', async () => {
    const kafka = withLetters(1);
    await kafka.run('replay', '--by', 'ann');
    expect(kafka.transactions.map((records) => records.map(({ topic }) => topic))).toEqual([
      [replays, 'millrace.dlq-decisions'],
    ]);
    expect(await kafka.runJson('history')).toMatchObject([
      { decision: 'replayed', by: 'ann', id: 'orders.billing.dlq/0/0', at: new Date(start).toISOString() },
    ]);
  });

  it('goes in the order in which the records came, whatever that of the dead letters is', async () => {
    const kafka = new FakeKafka();
    const records = [1, 2, 3, 4, 5].map(() => kafka.event({ key: 'ann' }));
    for (const at of [3, 0, 4, 2, 1]) kafka.giveUp(records[at]!);
    await kafka.run('replay');
    expect(offsetsOf(kafka)).toEqual([0, 1, 2, 3, 4]);
  });

  it('is of those that were asked for, and once', async () => {
    const kafka = withLetters(9);
    expect(await kafka.runJson<Said>('replay', '--key', 'bob')).toMatchObject({ replayed: 3 });
    expect(offsetsOf(kafka)).toEqual([1, 4, 7]);
    expect(await kafka.run('replay', '--key', 'bob')).toEqual({ code: 0, out: 'nothing to replay\n' });
    expect(offsetsOf(kafka)).toEqual([1, 4, 7]);
  });

  it('that is killed in the middle and repeated ends as one that is not', async () => {
    const whole = withLetters(950);
    await whole.run('replay');
    const killed = withLetters(950);
    for (const survives of [3, 0, 4]) {
      killed.survives = survives;
      await expect(killed.run('replay')).rejects.toThrow('killed');
    }
    killed.survives = Infinity;
    expect(await killed.runJson<Said>('replay')).toMatchObject({ replayed: 250 });
    expect(offsetsOf(killed)).toEqual(offsetsOf(whole));
  });

  it('does nothing in a dry run but say what it would do', async () => {
    const kafka = withLetters(3);
    expect(await kafka.run('replay', '--dry-run')).toEqual({
      code: 0,
      out: 'would be replayed: 3\n  3  API_REJECTED\n',
    });
    expect(kafka.transactions).toEqual([]);
  });

  it('goes no faster than it may', async () => {
    const kafka = withLetters(40);
    await kafka.run('replay', '--rate', '20');
    expect(kafka.transactions.map((records) => records.length / 2)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 4, 4]);
    expect(kafka.nowMs - start).toBe(1_800);
  });

  it('keeps the reasons of the last ten times', async () => {
    const kafka = new FakeKafka();
    kafka.giveUp(kafka.event({ key: 'ann' }));
    for (let times = 0; times < 12; times++) {
      kafka.nowMs += 1_000;
      await kafka.run('replay', '--again');
      kafka.giveUpAgain(kafka.log(replays).at(-1)!);
    }
    const [shown] = (await kafka.runJson<{ letters: { replays: number; history: { lastAt: string }[] }[] }>('list'))
      .letters;
    expect(shown?.replays).toBe(12);
    expect(shown?.history.map(({ lastAt }) => (Date.parse(lastAt) - start) / 1_000)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
  });
});

describe('refused is', () => {
  it('what the API knows the key of no longer, unless it is forced', async () => {
    const kafka = withLetters(2);
    kafka.nowMs = start + day;
    expect(whys(await kafka.runJson<Said>('replay', '--dry-run'))).toEqual([]);
    kafka.nowMs = start + 3 * day;
    expect((await kafka.run('replay')).code).toBe(3);
    expect(whys(await kafka.runJson<Said>('replay'))).toEqual(['expired-key', 'expired-key']);
    expect(kafka.transactions).toEqual([]);
    const forced = await kafka.runJson<Said>('replay', '--force');
    expect(forced).toMatchObject({
      replayed: 2,
      refused: [],
      letters: [{ forced: 'expired-key' }, { forced: 'expired-key' }],
    });
    expect(await kafka.runJson('history')).toMatchObject([{ forced: 'expired-key' }, { forced: 'expired-key' }]);
  });

  it('nothing for its key where no call was made', async () => {
    const kafka = new FakeKafka();
    kafka.giveUp(kafka.event({ key: 'ann' }), { attempts: 0 });
    kafka.nowMs = start + 30 * day;
    expect(await kafka.runJson<Said>('replay')).toMatchObject({ replayed: 1, refused: [] });
  });

  it('what came back after a replay, unless it is to be replayed again', async () => {
    const kafka = withLetters(1);
    await kafka.run('replay');
    kafka.giveUpAgain(kafka.log(replays)[0]!);
    expect(whys(await kafka.runJson<Said>('replay', '--force'))).toEqual(['replayed-before']);
    expect(await kafka.runJson<Said>('replay', '--again')).toMatchObject({ replayed: 1, refused: [] });
    expect(header(kafka.log(replays)[1], 'replays')).toBe('2');
  });
});

it('refused is the second dead letter of a record that was given up on twice, then and later', async () => {
  const kafka = new FakeKafka();
  const record = kafka.event({ key: 'ann' });
  for (let times = 0; times < 3; times++) kafka.giveUp(record);
  expect(whys(await kafka.runJson<Said>('replay', 'orders.billing.dlq/0/0', 'orders.billing.dlq/0/1'))).toEqual([
    'replayed-before',
  ]);
  expect(whys(await kafka.runJson<Said>('replay'))).toEqual(['replayed-before', 'replayed-before']);
  expect(kafka.log(replays)).toHaveLength(1);
});

describe('superseded is what has a newer record of its key that', () => {
  /** A record that was given up on, and one that came after it. */
  function pair(
    newer: { key?: string | null; type?: string; partition?: number } = {},
    heardTypes?: readonly string[],
  ) {
    const kafka = new FakeKafka();
    const older = kafka.event({ key: newer.key === null ? null : 'ann' });
    kafka.giveUp(older, heardTypes ? { heardTypes } : {});
    const record = kafka.event({ key: 'ann', ...newer });
    return { kafka, record };
  }
  const done = { offset: 2, metadata: '' };

  it('the group has committed', async () => {
    const { kafka } = pair();
    kafka.commits.set(0, done);
    const said = await kafka.runJson<Said>('replay');
    expect(said).toMatchObject({ replayed: 0, refused: [{ why: 'superseded' }] });
    expect(said.refused[0]?.detail).toBe('offset 1 of partition 0, of the same key, is done');
    expect(await kafka.runJson<Said>('replay', '--force')).toMatchObject({
      replayed: 1,
      letters: [{ forced: 'superseded' }],
    });
  });

  it.each<readonly [string, ReturnType<typeof pair>, number]>([
    ['is not done', pair(), 1],
    ['is of another key', pair({ key: 'bob' }), 2],
    ['has no key, nor has the other', pair({ key: null }), 2],
    ['is of a type that the group does not hear', pair({ type: 'OrderPaid' }, ['OrderPlaced']), 2],
  ])('and not one that %s', async (_, { kafka }, committed) => {
    kafka.commits.set(0, { offset: committed, metadata: '' });
    expect(await kafka.runJson<Said>('replay')).toMatchObject({ replayed: 1, refused: [] });
  });

  it('is of a type that the group hears', async () => {
    const { kafka } = pair({ type: 'OrderPaid' }, ['OrderPlaced', 'OrderPaid']);
    kafka.commits.set(0, done);
    expect(whys(await kafka.runJson<Said>('replay'))).toEqual(['superseded']);
  });

  it('is no dead letter itself, unless it was replayed and has not come back', async () => {
    const { kafka, record } = pair();
    const newer = kafka.giveUp(record);
    kafka.commits.set(0, done);
    const older = 'orders.billing.dlq/0/0';
    const dry = () => kafka.runJson<Said>('replay', older, '--dry-run');
    expect(await dry()).toMatchObject({ replayed: 1, refused: [] });
    await kafka.run('replay', `orders.billing.dlq/0/${newer.offset}`);
    expect(whys(await dry())).toEqual(['superseded']);
    kafka.giveUpAgain(kafka.log(replays)[0]!);
    expect(await dry()).toMatchObject({ replayed: 1, refused: [] });
  });

  it('may have been, where records that came after it are deleted', async () => {
    const { kafka } = pair();
    kafka.event({ key: 'cat' });
    kafka.log('orders').splice(0, 2);
    kafka.commits.set(0, { offset: 3, metadata: '' });
    expect((await kafka.runJson<Said>('replay')).refused).toMatchObject([
      { why: 'superseded', detail: expect.stringContaining('deleted') as string },
    ]);
  });
});
