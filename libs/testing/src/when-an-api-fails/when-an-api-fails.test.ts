import { allSettled, onBatch, ServiceError } from '@millrace/messaging';
import { paddedTable, seededRandom } from '@millrace/messaging/testing';
import { describe, expect, it } from 'vitest';
import { contract, FailingWorld } from './failing-world.test-support.ts';

/** A row of the matrix in docs/when-an-api-fails.md, and what proves it. */
interface Row {
  readonly fails: string;
  readonly happens: string;
  readonly again: string;
  readonly order: string;
  readonly see: string;
  readonly act: string;
  readonly proof: () => Promise<void>;
}

const customers = (count: number) => Array.from({ length: count }, (_, each) => `c${each}`);
const inOrderPerKey = (ids: readonly string[]) => {
  const last = new Map<string, number>();
  return ids.every((id) => {
    const [customer = '', number = ''] = id.split('-');
    const before = last.get(customer) ?? 0;
    last.set(customer, Number(number));
    return Number(number) >= before;
  });
};
const hourMs = 3_600_000;

const rows: readonly Row[] = [
  {
    fails: 'some calls get 5xx, 408 or 425',
    happens: 'each waits and is made again, later and later, with the same idempotency key',
    again: 'yes',
    order: 'kept: the next event of its key waits',
    see: '`millrace_consumer_retries_total`, `outcome` `retryable` of calls',
    act: 'nothing',
    proof: async () => {
      const statuses = [503, 408, 425, 200];
      const world = await FailingWorld.begin({ api: ({ id }) => (id === 'ann-1' ? (statuses.shift() ?? 200) : 200) });
      world.order(['ann', 'bob'], 1, 3);
      await world.pass(200 + 400 + 800 + 500);
      expect(world.called).toEqual(['ann-1', 'bob-1', 'bob-2', 'ann-1', 'ann-1', 'ann-1', 'ann-2']);
      expect(world.calls.filter(({ id }) => id === 'ann-1').map(({ atMs }) => atMs)).toEqual([0, 200, 600, 1_400]);
      expect(new Set(world.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(4);
      expect([world.committed, world.letters.length]).toEqual([4, 0]);
    },
  },
  {
    fails: 'it answers with `Retry-After`, in seconds or as a date',
    happens: 'the record waits at least so long',
    again: 'yes',
    order: 'kept',
    see: '`outcome` `throttled` (429) or `retryable`',
    act: 'state its rate as a quota, see [quotas.md](quotas.md)',
    proof: async () => {
      const world = await FailingWorld.begin();
      const date = new Date(world.clock.now() + 20_000).toUTCString();
      const waits = ['10', date];
      world.api = () => (waits.length > 0 ? { status: 429, headers: { 'retry-after': waits.shift()! } } : 200);
      world.order(['ann']);
      await world.pass(9_999);
      expect(world.calls).toHaveLength(1);
      await world.pass(501);
      expect(world.calls).toHaveLength(2);
      await world.pass(8_000);
      expect(world.calls).toHaveLength(2);
      await world.pass(3_000);
      expect(world.outcomes).toEqual(['completed']);
    },
  },
  {
    fails: 'it is down: nobody listens, or every call gets 5xx',
    happens:
      'its circuit breaker opens; one call at a time probes, after 0.1 s and then every 0.2 to 5 s; what cannot be held waits in Kafka',
    again: 'yes, with the first probe that goes well, and then step by step',
    order: 'kept',
    see: '`millrace_api_breaker_state` 2, the lag, `/readyz?verbose`; the consumer stays ready',
    act: 'get the API going; more instances do not help (`millrace_consumer_scaling_helps` 0)',
    proof: async () => {
      const world = await FailingWorld.begin({ api: () => 'refused', consumer: { concurrency: 50 } });
      world.order(customers(2_000));
      await world.pass(3 * hourMs);
      const probes = (3 * hourMs) / 5_000;
      expect(world.calls.length).toBeLessThan(50 + probes + 10);
      expect(world.calls.length).toBeGreaterThan(probes - 10);
      expect(world.letters).toEqual([]);
      expect(world.state).toMatchObject({
        target: { breaker: 'open', why: expect.stringContaining('unreachable') as string },
        partitions: [{ status: 'paused', why: 'target closed' }],
      });
      expect(world.state.held.records).toBeLessThanOrEqual(1_001);
      world.api = () => 200;
      await world.pass(40_000);
      expect(world.outcomes).toEqual(customers(2_000).map(() => 'completed'));
      expect(world.state.target).toMatchObject({ breaker: 'closed', closedForMs: undefined, why: undefined });
    },
  },
  {
    fails: 'it does not answer in time: no connection, no beginning of an answer, no end of one',
    happens: 'the call is given up, each after a time of its own or the whole one; made again as above',
    again: 'yes',
    order: 'kept; the API may still be at work on the first one, and has the same idempotency key',
    see: '`outcome` `connect-timeout`, `headers-timeout`, `body-timeout`',
    act: 'look at its latency; a longer `timeoutMs`',
    proof: async () => {
      const answers = ['hangs', 200] as const;
      const world = await FailingWorld.begin({ api: () => answers[world.calls.length - 1] ?? 200 });
      world.order(['ann']);
      await world.pass(5_000);
      expect(world.calls).toHaveLength(1);
      await world.pass(200);
      expect(world.calls.map(({ atMs }) => atMs)).toEqual([0, 5_200]);
      expect(world.outcomes).toEqual(['completed']);
    },
  },
  {
    fails: 'it refuses us: 401 or 403',
    happens: 'the target closes with the first one and probes, as when it is down; no record is to blame',
    again: 'yes, as soon as we are let in; no attempt counts',
    order: 'kept',
    see: '`millrace_api_breaker_openings_total` with `refused`, the reason in `/readyz?verbose` and in the log',
    act: 'mend the credentials and start the service again with them; where a 403 is about the record, say so with `classify`',
    proof: async () => {
      const consumer = { concurrency: 50, retry: { maxAttempts: 2 } };
      const world = await FailingWorld.begin({ api: () => 401, consumer });
      world.order(customers(500), 1, 3);
      await world.pass(5 * 60_000);
      expect(world.calls.length).toBeLessThan(50 + 70);
      expect([world.letters, world.outcomes]).toEqual([[], []]);
      expect(world.state.target).toMatchObject({ why: expect.stringContaining('it answered 401') as string });
      world.api = () => 200;
      await world.pass(60_000);
      expect(world.outcomes).toEqual(Array.from({ length: 1_000 }, () => 'completed'));
      expect(inOrderPerKey(world.called)).toBe(true);
    },
  },
  {
    fails: 'it suddenly rejects most of what it gets (ten in a row, or half of the last 50 calls)',
    happens: 'the target closes as with 401; at most 9 records were given up on before that was clear',
    again: 'yes, when a probe is accepted',
    order: 'kept',
    see: '`millrace_api_breaker_openings_total` with `rejections`',
    act: "mend what is wrong, here or there; where all of it is to be given up on, `breaker: { rejections: 'dead-letter' }`",
    proof: async () => {
      const world = await FailingWorld.begin();
      world.order(customers(100));
      await world.pass(1_000);
      world.api = () => 404;
      world.order(customers(500), 2);
      await world.pass(10 * 60_000);
      expect(world.letters).toHaveLength(9);
      world.api = () => 200;
      await world.pass(60_000);
      expect(world.outcomes).toHaveLength(600);
      expect(world.letters).toHaveLength(9);
    },
  },
  {
    fails: 'it rejects a record: any other status but 2xx, redirects included',
    happens: 'the record becomes a dead letter at once',
    again: 'no, unless it is replayed',
    order: 'the next event of its key goes on without it',
    see: '`millrace_consumer_dead_letters_total` with `API_REJECTED`',
    act: '`millrace dlq list`, see [dead-letters.md](dead-letters.md)',
    proof: async () => {
      const world = await FailingWorld.begin({ api: ({ id }) => (id.endsWith('-1') ? 422 : 200) });
      world.order(['ann', 'bob', 'cat'], 1, 3);
      await world.pass(1_000);
      expect(world.called.toSorted()).toEqual(['ann-1', 'ann-2', 'bob-1', 'bob-2', 'cat-1', 'cat-2']);
      const reason = { millrace_dlq_code: 'API_REJECTED', millrace_dlq_status: '422', millrace_dlq_attempts: '1' };
      expect(world.letters).toEqual([1, 2, 3].map(() => expect.objectContaining(reason) as unknown));
      expect(world.committed).toBe(6);
    },
  },
  {
    fails: 'a record fails again and again, while others do not',
    happens:
      'after `maxElapsedMs` (an hour; without the time in which the target was closed), or `maxAttempts`, it becomes a dead letter',
    again: 'until then',
    order: 'kept until then; the next event of its key goes on without it',
    see: '`millrace_partition_oldest_held_seconds`; then the dead letter',
    act: '`millrace dlq show`, and replay',
    proof: async () => {
      const world = await FailingWorld.begin({ api: ({ id }) => (id === 'ann-1' ? 500 : 200) });
      world.order(['ann'], 1, 3);
      for (let minute = 0; minute < 61; minute++) {
        world.order(customers(5), minute);
        await world.pass(60_000);
        if (minute === 58) expect(world.letters).toEqual([]);
      }
      expect(world.letters).toEqual([
        expect.objectContaining({ ce_id: 'ann-1', millrace_dlq_code: 'API_UNAVAILABLE' }),
      ]);
      expect(world.called).toContain('ann-2');
      const soon = await FailingWorld.begin({ api: () => 500, consumer: { retry: { maxAttempts: 3 } } });
      soon.order(['ann']);
      await soon.pass(1_000);
      expect([soon.calls.length, soon.letters.length]).toEqual([3, 1]);
    },
  },
  {
    fails: 'a call that may not be repeated (`idempotent: false`) fails, and may have been acted on',
    happens: 'the record becomes a dead letter at once, which says so',
    again: 'no; where it was surely not acted on (not sent, 429), yes',
    order: 'the next event of its key goes on without it',
    see: 'the dead letter',
    act: 'ask the API whether it was done, then replay or discard',
    proof: async () => {
      const failing: Record<string, 'refused' | 500 | 'hangs' | 429> = {
        ann: 500,
        bob: 'hangs',
        cat: 'refused',
        dan: 429,
      };
      const world = await FailingWorld.begin({
        api: ({ id }) =>
          world.called.filter((each) => each === id).length === 1 ? (failing[id.slice(0, 3)] ?? 200) : 200,
        target: { idempotent: false },
      });
      world.order(['ann', 'bob', 'dan']);
      await world.pass(10_000);
      expect(world.called).toEqual(['ann-1', 'bob-1', 'dan-1', 'dan-1']);
      expect(world.calls.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
      expect(world.letters.map(({ ce_id, millrace_dlq_message: why }) => [ce_id, String(why).split('; ')[1]])).toEqual([
        ['ann-1', 'it may have been acted on, and may not be repeated'],
        ['bob-1', 'it may have been acted on, and may not be repeated'],
      ]);
    },
  },
  {
    fails: 'an event does not fit its schema, or cannot be parsed',
    happens: 'it becomes a dead letter without a call, byte for byte',
    again: 'no',
    order: 'the next event of its key goes on without it',
    see: 'dead letters with `INVALID_EVENT`',
    act: 'mend the publisher, or the contract; replay',
    proof: async () => {
      const world = await FailingWorld.begin();
      world.order(['ann']);
      await world.pass(300);
      const bytes = Buffer.from([0x7b, 0xff, 0x00]);
      world.append({ customer: 'ann', number: 2 }, bytes);
      await world.pass(300);
      expect(world.called).toEqual(['ann-1']);
      expect(world.producer.sent).toEqual([expect.objectContaining({ value: bytes })]);
      expect(world.letters[0]).toMatchObject({ millrace_dlq_code: 'INVALID_EVENT', millrace_dlq_attempts: '0' });
    },
  },
  {
    fails: 'nobody subscribed to the type of an event',
    happens: 'it is skipped',
    again: 'no',
    order: '',
    see: '`millrace_consumer_outcomes_total` with `skipped`',
    act: 'nothing',
    proof: async () => {
      const world = await FailingWorld.begin();
      world.source.append(0, { key: null, value: Buffer.from('{}'), headers: { ce_type: 'OrderShipped' } });
      await world.pass(300);
      expect([world.outcomes, world.calls, world.letters, world.committed]).toEqual([['skipped'], [], [], 1]);
    },
  },
  {
    fails: 'an event is older than `maxAgeMs` before it could be told',
    happens: 'it ends as `expired`',
    again: 'no',
    order: 'the next event of its key goes on without it',
    see: '`millrace_consumer_outcomes_total` with `expired`',
    act: 'nothing, or get the API going sooner',
    proof: async () => {
      const world = await FailingWorld.begin({ api: () => 503, maxAgeMs: 10_000 });
      world.order(['ann'], 1, 3);
      await world.pass(60_000);
      expect(world.outcomes).toEqual(['expired', 'expired']);
      expect(world.letters).toEqual([]);
    },
  },
  {
    fails: 'a handler throws what nobody foresaw',
    happens: 'it is taken for a failure that may pass',
    again: 'yes',
    order: 'kept',
    see: 'a warning with the error, `UNEXPECTED`',
    act: 'mend the handler; or let it throw a `ServiceError` that says what it is',
    proof: async () => {
      let times = 0;
      const handler = () => (++times < 3 ? Promise.reject(new TypeError('x is undefined')) : Promise.resolve());
      const world = await FailingWorld.begin({ handler });
      world.order(['ann']);
      await world.pass(1_000);
      expect([times, world.outcomes]).toEqual([3, ['completed']]);
      const rejecting = () => Promise.reject(new ServiceError('API_REJECTED', 'the customer is unknown'));
      const other = await FailingWorld.begin({ handler: rejecting });
      other.order(['ann']);
      await other.pass(1_000);
      expect(other.outcomes).toEqual(['dead-lettered']);
    },
  },
  {
    fails: 'a handler does not end within `callTimeoutMs`',
    happens: 'its signal is aborted, and it counts as failed when it ends',
    again: 'yes',
    order: 'kept',
    see: 'retries with `API_TIMEOUT`',
    act: 'shorter timeouts in the handler',
    proof: async () => {
      const world = await FailingWorld.begin({
        api: () => (world.calls.length === 1 ? 'hangs' : 200),
        target: { timeoutMs: 600_000 },
        consumer: { callTimeoutMs: 1_000 },
      });
      world.order(['ann']);
      await world.pass(1_400);
      expect(world.calls.map(({ atMs }) => atMs)).toEqual([0, 1_200]);
      expect(world.outcomes).toEqual(['completed']);
    },
  },
  {
    fails: 'many records side by side fail, each of another key, though the API is well',
    happens: 'the circuit breaker may open, and closes within a second: probes draw any record, not the next in line',
    again: 'those that failed',
    order: 'kept',
    see: '`circuit breaker opened` and `closed` in the log; `millrace_consumer_retries_total`',
    act: 'look at what they have in common',
    proof: async () => {
      const world = await FailingWorld.begin({
        consumer: { concurrency: 50, held: { records: 10_000 } },
        random: seededRandom(7),
      });
      world.api = ({ id }) => (id.startsWith('bad') ? 500 : 200);
      const bad = Array.from({ length: 200 }, (_, each) => `bad${each}`);
      world.order([...bad, ...customers(2_000)]);
      await world.pass(1_000);
      expect(world.outcomes).toHaveLength(2_000);
      world.order([...bad, ...customers(2_000)], 2);
      await world.pass(1_000);
      expect(world.outcomes).toHaveLength(4_000);
      expect(world.lines.some(({ msg }) => String(msg).includes('circuit breaker opened'))).toBe(true);
      world.api = () => 200;
      await world.pass(60_000);
      expect(world.outcomes).toEqual(Array.from({ length: 4_400 }, () => 'completed'));
      expect(inOrderPerKey(world.called)).toBe(true);
    },
  },
  {
    fails: 'one key is stuck, and so much waits for it that its partition is full',
    happens:
      "the partition pauses; with `overflow: 'dead-letter'` what waits for that key becomes dead letters, in order",
    again: 'the first of it; the dead letters not, unless replayed',
    order: 'kept',
    see: '`millrace_consumer_hot_keys`, a warning with an offset; dead letters with `KEY_OVERFLOW`',
    act: 'find what is stuck, by its offset',
    proof: async () => {
      const consumer = { held: { records: 100 }, overflow: 'dead-letter' } as const;
      const world = await FailingWorld.begin({ api: ({ id }) => (id.startsWith('ann') ? 500 : 200), consumer });
      world.order(['ann'], 1, 201);
      world.order(customers(50));
      await world.pass(20_000);
      expect(new Set(world.called.filter((id) => id.startsWith('ann')))).toEqual(new Set(['ann-1']));
      expect(world.called.filter((id) => id.startsWith('c'))).toHaveLength(50);
      const ids = world.letters.map(({ ce_id }) => ce_id);
      expect(ids).toEqual(ids.map((_, each) => `ann-${each + 2}`));
      expect(ids.length).toBeGreaterThan(90);
    },
  },
  {
    fails: 'it is away for longer than the topic keeps its records',
    happens:
      'a warning comes before; with `parkBeforeMs` the records become dead letters in time, else they are deleted, and named from offset to offset',
    again: 'the dead letters, when they are replayed',
    order: 'kept, among the dead letters of a key, too',
    see: '`millrace_partition_kept_for_seconds`; dead letters with `RETENTION_NEAR`; `millrace_consumer_deleted_unread_total`',
    act: 'prolong the retention in time, or replay when it is well; see [observing.md](observing.md#retention)',
    proof: async () => {
      const world = await FailingWorld.begin({
        api: () => 'refused',
        consumer: { parkBeforeMs: 20_000, held: { records: 50 } },
      });
      world.source.retentionMs = 60_000;
      for (let second = 1; second <= 300; second++) {
        world.order(['ann', 'bob'], second);
        await world.pass(1_000);
      }
      world.api = () => 200;
      await world.pass(60_000);
      expect([world.committed, world.outcomes.length]).toEqual([600, 600]);
      const parked = world.letters.map(({ ce_id }) => String(ce_id));
      expect(new Set(world.letters.map(({ millrace_dlq_code }) => millrace_dlq_code))).toEqual(
        new Set(['RETENTION_NEAR']),
      );
      expect(inOrderPerKey(parked)).toBe(true);
      expect(parked.length).toBeGreaterThan(400);
      const ages = world.letters.map(({ millrace_dlq_last_at, ce_time }) => {
        return Date.parse(String(millrace_dlq_last_at)) - Date.parse(String(ce_time));
      });
      expect(Math.max(...ages)).toBeLessThan(60_000);
      const completed = world.outcomes.filter((outcome) => outcome === 'completed').length;
      expect(completed + parked.length).toBe(600);
    },
  },
  {
    fails: 'a dead letter cannot be written',
    happens: 'the record stays pending, and the letter is written again and again; its offset is not committed before',
    again: 'no; only the writing',
    order: 'kept: its key waits',
    see: '`dead letter not written` in the log, the lag',
    act: 'get Kafka going; see whether the dead-letter topic exists',
    proof: async () => {
      const world = await FailingWorld.begin({ api: ({ id }) => (id === 'ann-1' ? 400 : 200) });
      world.producer.beforeWrite = () => Promise.reject(new ServiceError('BROKER_UNAVAILABLE', 'no broker'));
      world.order(['ann'], 1, 3);
      await world.pass(10 * 60_000);
      expect([world.called, world.committed, world.outcomes]).toEqual([['ann-1'], 0, []]);
      world.producer.beforeWrite = () => Promise.resolve();
      await world.pass(60_000);
      expect([world.called, world.committed]).toEqual([['ann-1', 'ann-2'], 2]);
    },
  },
  {
    fails: 'the service stops, or loses the partition, while a call is underway',
    happens: 'the call may end for `drainTimeoutMs` (4 s); then it is cut off, and its record has no outcome',
    again: "yes, by the partition's next owner, with the same idempotency key; also where it may not be repeated",
    order: 'kept',
    see: '`outcome` `aborted`',
    act: 'nothing',
    proof: async () => {
      const world = await FailingWorld.begin({ api: ({ id }) => (id === 'ann-1' ? 'hangs' : 200) });
      world.order(['ann', 'bob']);
      await world.pass(300);
      void world.stop();
      await world.pass(10_000);
      expect([world.called, world.outcomes]).toEqual([['ann-1', 'bob-1'], ['completed']]);
      expect(world.source.partition(0).committed).toMatchObject({
        offset: 0,
        metadata: expect.stringMatching(/./) as string,
      });
    },
  },
  {
    fails: 'the process is killed (`kill -9`)',
    happens: 'another member, or the next process, goes on from what was committed, without what was done out of order',
    again: 'what was underway, and what was finished in the last 250 ms, with the same idempotency keys',
    order: 'kept',
    see: '`/readyz`, the lag',
    act: 'nothing',
    proof: async () => {
      const world = await FailingWorld.begin({ api: ({ id }) => (id === 'c0-1' ? 'hangs' : 200) });
      world.order(customers(100));
      await world.pass(1_000);
      // as the next owner finds it: nothing more is committed, and nobody has ended what ran
      world.source.revoke(0);
      world.source.grant(0);
      await world.pass(1_000);
      expect(world.called.slice(100)).toEqual(['c0-1']);
      expect(new Set(world.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(100);
    },
  },
  {
    fails: 'there are more events than its quota allows',
    happens: 'calls begin at the pace of the quota; partitions pause, and Kafka keeps the rest',
    again: 'no attempt is spent',
    order: 'kept; tenants take turns where a consumer says whose a record is',
    see: '`millrace_api_quota_wait_seconds`, the lag, the reason in `/readyz?verbose`',
    act: 'nothing; more instances do not help. See [quotas.md](quotas.md)',
    proof: async () => {
      const world = await FailingWorld.begin({ target: { quota: { perSecond: 50 } } });
      world.order(customers(1_000));
      await world.pass(1_000); // begins with half the pace
      const before = world.calls.length;
      await world.pass(10_000);
      expect(world.calls.length - before).toBeLessThanOrEqual(505);
      expect(world.calls.length - before).toBeGreaterThanOrEqual(485);
      expect(world.state.target?.why).toContain('its quota of 50 calls a second');
      await world.pass(11_000);
      expect(world.outcomes).toEqual(customers(1_000).map(() => 'completed'));
    },
  },
  {
    fails: 'one of several steps of a handler fails',
    happens: 'the record is tried again, without the steps that are done',
    again: 'that step alone, with its own idempotency key',
    order: 'kept',
    see: 'as above',
    act: 'as above; see [handlers.md](handlers.md)',
    proof: async () => {
      const answers = [503, 200];
      const world = await FailingWorld.begin({
        api: ({ idempotencyKey = '' }) => (idempotencyKey.endsWith(':bill') ? (answers.shift() ?? 200) : 200),
        handler: (api, data, { step }) =>
          allSettled(['mail', 'bill'].map((name) => step(name, (call) => api.post('/orders', data, call)))),
      });
      world.order(['ann']);
      await world.pass(1_000);
      const keys = ['mail', 'bill', 'bill'].map((name) => `crm:ann-1:${name}`);
      expect(world.calls.map(({ idempotencyKey }) => idempotencyKey)).toEqual(keys);
      expect(world.outcomes).toEqual(['completed']);
    },
  },
  {
    fails: 'some events of a batch fail',
    happens: 'each is retried, or becomes a dead letter, by itself; the others are done',
    again: 'these alone, in a later batch',
    order: 'kept: a batch has one event of a key at most',
    see: '`millrace_consumer_batch_size`, retries and dead letters as above',
    act: 'as above; see [handlers.md](handlers.md)',
    proof: async () => {
      const failures: Record<string, ServiceError> = {
        'c1-1': new ServiceError('API_UNAVAILABLE', 'answered 503'),
        'c2-1': new ServiceError('API_REJECTED', 'answered 422'),
      };
      const world = await FailingWorld.begin({
        subscription: (api) =>
          onBatch(
            contract,
            async (items, context) => {
              const ids = items.map(({ event }) => event.id);
              await api.post('/orders', { ids }, context);
              const results = ids.map((id) => failures[id]);
              delete failures['c1-1'];
              return results;
            },
            { name: 'crm', maxSize: 10, maxDelayMs: 50 },
          ),
      });
      world.order(customers(4), 1, 3);
      await world.pass(2_000);
      expect(world.called).toEqual(['c0-1 c1-1 c2-1 c3-1', 'c0-2 c3-2 c2-2', 'c1-1', 'c1-2']);
      expect(world.letters.map(({ ce_id }) => ce_id)).toEqual(['c2-1']);
    },
  },
];

describe('when an API fails:', () => {
  it.each(rows.map((row) => [row.fails, row.proof] as const))('%s', (_, proof) => proof());
});

const intro = `# When an API fails

What becomes of events whose API is slow, wrong, rate-limited, misconfigured or gone. Each row is a test,
\`libs/testing/src/when-an-api-fails\`, and this page is written by it. How an answer is judged: [classification.md](classification.md).
`;

it('docs/when-an-api-fails.md shows the matrix', async () => {
  const cells = rows.map(({ fails, happens, again, order, see, act }) => [fails, happens, again, order, see, act]);
  const head = ['what fails', 'what happens', 'is it called again', 'is order kept', 'what you see', 'what you do'];
  await expect(`${intro}\n${paddedTable([head, ...cells])}`).toMatchFileSnapshot(
    '../../../../docs/when-an-api-fails.md',
  );
});
