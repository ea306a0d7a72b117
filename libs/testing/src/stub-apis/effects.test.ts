import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { startStub, until } from './test-stub.ts';

describe('an effect', () => {
  it('is what each call has that carries no idempotency key', async () => {
    const stub = await startStub();
    const answers = [await stub.send(), await stub.send()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await stub.stats()).toMatchObject({ notification: { calls: 2, effects: 2, replays: 0 } });
  });

  it('happens once per idempotency key; a repeat gets the kept answer', async () => {
    const stub = await startStub();
    const first = await stub.send({ key: 'k1' });
    const repeat = await stub.send({ key: 'k1' });
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    expect(repeat.headers.get('idempotency-replayed')).toBe('true');
    expect(repeat.status).toBe(200);
    expect(await repeat.text()).toBe(await first.text());
    expect(await stub.stats()).toMatchObject({ notification: { calls: 2, effects: 1, replays: 1 } });
  });

  it('is refused with 422 to another body or path under a key already used', async () => {
    const stub = await startStub();
    await stub.send({ key: 'k1' });
    expect((await stub.send({ key: 'k1', body: { to: 'bob@example.org', template: 'welcome' } })).status).toBe(422);
    expect((await stub.send({ key: 'k1', path: '/emails/draft' })).status).toBe(422);
    expect(await stub.stats()).toMatchObject({ notification: { effects: 1, rejections: 2 } });
  });

  it('belongs to one API: another one may see the same key', async () => {
    const stub = await startStub();
    await stub.send({ key: 'k1' });
    const other = await stub.send({ key: 'k1', url: stub.url('crm') });
    expect(other.headers.has('idempotency-replayed')).toBe(false);
    expect(await stub.stats()).toMatchObject({ notification: { effects: 1 }, crm: { effects: 1 } });
  });

  it('comes at the end of the work, just before the answer', async () => {
    const clock = new ManualClock();
    const stub = await startStub({ clock });
    await stub.setFault('notification', { latencyMs: 10_000 });
    const answer = stub.send({ key: 'k1' });
    await until(() => expect(clock.waiting).toBe(1));
    expect(await stub.stats()).toMatchObject({ notification: { calls: 1, effects: 0, inFlight: 1 } });
    clock.advance(10_000);
    expect((await answer).status).toBe(200);
    expect(await stub.stats()).toMatchObject({ notification: { calls: 1, effects: 1, inFlight: 0 } });
    expect(await stub.effects('notification')).toMatchObject([{ at: '2030-01-01T00:00:10.000Z' }]);
  });

  it('of a call at work is what a repeat waits for, so that a client that timed out gets its answer', async () => {
    const clock = new ManualClock();
    const stub = await startStub({ clock });
    await stub.setFault('notification', { latencyMs: 10_000 });
    const impatient = new AbortController();
    const first = stub.send({ key: 'k1', signal: impatient.signal });
    await until(() => expect(clock.waiting).toBe(1));
    impatient.abort();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    await until(async () => expect(await stub.stats()).toMatchObject({ notification: { inFlight: 0 } }));
    clock.advance(6_000);

    const repeat = stub.send({ key: 'k1' });
    await until(async () => expect(await stub.stats()).toMatchObject({ notification: { calls: 2 } }));
    clock.advance(4_000);
    const answer = await repeat;
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(await stub.stats()).toMatchObject({ notification: { effects: 1, replays: 1, peakInFlight: 1 } });
  });

  it('is not waited for again by a repeat, as there is no work left', async () => {
    const clock = new ManualClock();
    const stub = await startStub({ clock });
    await stub.send({ key: 'k1' });
    await stub.setFault('notification', { latencyMs: 10_000 });
    expect((await stub.send({ key: 'k1' })).status).toBe(200);
    expect(clock.waiting).toBe(0);
  });

  it('is one for a hundred calls with the same key at the same time', async () => {
    const stub = await startStub();
    await stub.setFault('notification', { latencyMs: 5 });
    const answers = await Promise.all(Array.from({ length: 100 }, () => stub.send({ key: 'k1' })));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(texts).size).toBe(1);
    expect(await stub.stats()).toMatchObject({ notification: { calls: 100, effects: 1, replays: 99 } });
  });

  it('is listed with keys, path, time and body, in the order in which it happened, also per order key', async () => {
    const stub = await startStub({ clock: new ManualClock() });
    await stub.send({ key: 'k1', order: ['u1', 1] });
    await stub.send({ path: '/any', body: { n: 2 }, order: ['u2', 1] });
    await stub.send({ path: '/any', body: [3], key: 'k3', order: ['u1', 2] });
    const effects = await stub.effects('notification');
    expect(effects.map(({ orderKey, orderSequence }) => [orderKey, orderSequence])).toEqual([
      ['u1', 1],
      ['u2', 1],
      ['u1', 2],
    ]);
    expect(effects[1]).toEqual({
      idempotencyKey: null,
      orderKey: 'u2',
      orderSequence: 1,
      at: '2030-01-01T00:00:00.000Z',
      path: '/any',
      body: { n: 2 },
    });
    const ofOneKey = await stub.effects('notification', 'u1');
    expect(ofOneKey.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['k1', 'k3']);
    expect(await stub.effects('crm')).toEqual([]);
  });

  it('is listed however many there are', async () => {
    const stub = await startStub();
    for (let round = 0; round < 11; round += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, n) => stub.send({ key: `${round}-${n}` })));
    }
    const keys = (await stub.effects('notification')).map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toHaveLength(1_100);
    expect(new Set(keys).size).toBe(1_100);
  });

  it('is forgotten on reset, with what was kept for its key', async () => {
    const stub = await startStub();
    await stub.send({ key: 'k1', order: ['u1', 9] });
    await stub.reset();
    expect(await stub.effects('notification')).toEqual([]);
    expect(await stub.stats()).toMatchObject({ notification: { calls: 0, effects: 0, peakInFlight: 0 } });
    const again = await stub.send({ key: 'k1', order: ['u1', 1] });
    expect(again.headers.has('idempotency-replayed')).toBe(false);
    expect(await stub.stats()).toMatchObject({ notification: { effects: 1, orderViolations: 0 } });
  });
});
