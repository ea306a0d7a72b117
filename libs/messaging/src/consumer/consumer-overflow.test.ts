import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';
import { fakeTarget } from '../testing/fake-target.ts';

const held = { records: 100 };
const ofAnn = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, each) => orderRecord('ann', from + each));
const others = Array.from({ length: 50 }, (_, each) => orderRecord(`bob${each}`, 1));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a key that is stuck', () => {
  it('is reported once it is hot, by the place of a record, not by the key', async () => {
    const { source, lines } = await runningConsumer({ held });
    source.append(0, ...ofAnn(0, 50));
    await settle();
    const warnings = lines.filter(({ level }) => level === 'warn');
    expect(warnings).toEqual([expect.objectContaining({ topic: 'orders', partition: 0, offset: 10 })]);
    expect(JSON.stringify(warnings)).not.toContain('ann');
  });

  it('lets all wait behind what it holds back, by default', async () => {
    const { api, source, lease, producer } = await runningConsumer({ held });
    source.append(0, ...ofAnn(0, 200), ...others);
    await pass(10_000);
    expect(lease.paused).toBe(true);
    expect(api.ids).toEqual(['ann-0']);
    expect(producer.sent).toEqual([]);
  });

  it('has what waits for it dead-lettered, in order, where that is asked for: the other keys go on', async () => {
    const { api, source, producer } = await runningConsumer({ held, overflow: 'dead-letter' });
    api.answer = (call) => call.id !== 'ann-0' && call.done();
    source.append(0, ...ofAnn(0, 200), ...others);
    await pass(10_000);
    expect(api.ids).toEqual(expect.arrayContaining(['bob0-1', 'bob49-1']));
    const letters = producer.sent.map(({ headers }) => [
      headers.ce_id,
      headers.millrace_dlq_code,
      headers.millrace_dlq_attempts,
    ]);
    expect(letters.length).toBeGreaterThan(90);
    expect(letters).toEqual(letters.map((_, each) => [`ann-${each + 1}`, 'KEY_OVERFLOW', '0']));
    expect(source.commits).toEqual([]);
    api.call('ann-0').done();
    await pass(10_000);
    const called = api.ids.filter((id) => id.startsWith('ann')).map((id) => Number(id.slice(4)));
    expect(called).toEqual([
      0,
      ...Array.from({ length: 199 - letters.length }, (_, each) => letters.length + 1 + each),
    ]);
    expect(source.commits.at(-1)).toEqual({ partition: 0, offset: 250 });
  });

  it('may be one of many, none of them hot: what waits for all of them is dead-lettered', async () => {
    const retry = { initialDelayMs: 100, maxDelayMs: 100 };
    const { api, source, producer } = await runningConsumer({ held, overflow: 'dead-letter', retry });
    const stuck = Array.from({ length: 20 }, (_, each) => `ann${each}`);
    const failed = new ServiceError('API_UNAVAILABLE', 'POST /invoices answered 503');
    api.answer = (call) => (call.id.startsWith('ann') ? call.fail(failed) : call.done());
    for (let number = 0; number < 4; number++) source.append(0, ...stuck.map((key) => orderRecord(key, number)));
    await pass(1_000);
    expect(producer.sent).toEqual([]);
    source.append(0, ...stuck.map((key) => orderRecord(key, 4)), ...others);
    await pass(1_000);
    expect(api.ids).toEqual(expect.arrayContaining(['bob0-1', 'bob49-1']));
    const letters = producer.sent.map(({ headers }) => String(headers.ce_id));
    expect(letters.length).toBeGreaterThanOrEqual(60);
    for (const key of stuck) {
      const ids = letters.filter((id) => id.startsWith(`${key}-`));
      expect(ids).toEqual(ids.map((_, each) => `${key}-${each + 1}`));
    }
  });

  it('is not to blame while its API is: nothing is dead-lettered', async () => {
    let probing = true;
    const target = fakeTarget({ isProbing: () => probing });
    const { api, source, producer } = await runningConsumer({ held, overflow: 'dead-letter', targets: [target] });
    api.answer = (call) => call.id !== 'ann-0' && call.done();
    source.append(0, ...ofAnn(0, 200), ...others);
    await pass(10_000);
    expect(producer.sent).toEqual([]);
    probing = false;
    source.append(0, ...ofAnn(200, 201));
    await pass(10_000);
    api.call('ann-0').done();
    await pass(10_000);
    expect(source.commits.at(-1)).toEqual({ partition: 0, offset: 251 });
  });

  it('dead-letters nothing when it is not one key that is slow, but the API', async () => {
    const { api, source, lease, producer } = await runningConsumer({ held, overflow: 'dead-letter' });
    source.append(0, ...Array.from({ length: 300 }, (_, each) => orderRecord(`ann${each}`, 1)));
    await pass(10_000);
    expect(lease.paused).toBe(true);
    expect(api.calls.length).toBe(100);
    expect(producer.sent).toEqual([]);
  });
});

describe('targets that are closed', () => {
  it('are asked before an attempt is spent; nothing is called until they open', async () => {
    let closed = true;
    const target = fakeTarget({ closedForMs: () => (closed ? 1_000 : undefined) });
    const { api, source } = await runningConsumer({ targets: [target] });
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await pass(60_000);
    expect(api.ids).toEqual([]);
    closed = false;
    await pass(1_000);
    expect(api.calls.map(({ id, context }) => [id, context.attempt])).toEqual([
      ['ann-1', 1],
      ['bob-1', 1],
    ]);
  });
});
