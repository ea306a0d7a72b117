import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { startStub, type TestStub, until } from './test-stub.ts';

const path = '/events/batch';
const event = (idempotencyKey: string, more: object = {}) => ({
  eventType: 'UserRegistered',
  userId: 'u1',
  idempotencyKey,
  ...more,
});
const sendBatch = (stub: TestStub, ...events: object[]) => stub.send({ path, body: { events } });

describe('a batch of events', () => {
  it('has an effect for each, and is answered 200 where all went well', async () => {
    const stub = await startStub();
    const answer = await sendBatch(stub, event('a', { orderKey: 'u1', sequence: 3 }), event('b'));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'accepted', count: 2 });
    expect(await stub.stats()).toMatchObject({ notification: { calls: 1, effects: 2, replays: 0 } });
    expect(await stub.effects('notification')).toMatchObject([
      { idempotencyKey: 'a', orderKey: 'u1', orderSequence: 3, path, body: { userId: 'u1' } },
      { idempotencyKey: 'b', orderKey: null, orderSequence: null },
    ]);
  });

  it('has one effect per idempotency key, in whatever batch the event comes', async () => {
    const stub = await startStub();
    await sendBatch(stub, event('a'), event('b'));
    expect((await sendBatch(stub, event('b'), event('c'))).status).toBe(200);
    expect(await stub.stats()).toMatchObject({ notification: { calls: 2, effects: 3, replays: 1 } });
  });

  it('is answered 207 where a key was used for another event, and the others are done', async () => {
    const stub = await startStub();
    await sendBatch(stub, event('a'));
    const answer = await sendBatch(stub, event('a', { userId: 'u2' }), event('b'));
    expect(answer.status).toBe(207);
    expect(await answer.json()).toEqual({
      results: [
        { idempotencyKey: 'a', status: 422 },
        { idempotencyKey: 'b', status: 200 },
      ],
    });
  });

  it.each([
    ['no events', {}, 'events'],
    ['none of them', { events: [] }, 'events'],
    ['one without a key', { events: [{ eventType: 'x', userId: 'y' }] }, 'events.0.idempotencyKey'],
  ])('with %s is refused as a whole, naming it', async (_, body, field) => {
    const stub = await startStub();
    const answer = await stub.send({ path, body });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(field);
    expect(await stub.stats()).toMatchObject({ notification: { effects: 0, rejections: 1 } });
  });

  it('fails as a whole, or event by event, as it is told', async () => {
    const draws = [0.9, 0.1];
    const stub = await startStub({ random: () => draws.shift() ?? 0.9 });
    await stub.setFault('notification', { failureRate: 0.5, failing: 'events', retryAfterSeconds: 7 });
    const answer = await sendBatch(stub, event('a'), event('b'));
    expect(await answer.json()).toEqual({
      results: [
        { idempotencyKey: 'a', status: 200 },
        { idempotencyKey: 'b', status: 503, retryAfterSeconds: 7 },
      ],
    });
    await stub.setFault('notification', { status: 503 });
    expect((await sendBatch(stub, event('b'))).status).toBe(503);
    expect(await stub.stats()).toMatchObject({ notification: { effects: 1, failures: 2 } });
  });

  it('is judged by order and overlaps as single calls are', async () => {
    const clock = new ManualClock();
    const stub = await startStub({ clock });
    await stub.setFault('notification', { latencyMs: 1_000 });
    const first = sendBatch(stub, event('a', { orderKey: 'u1', sequence: 2 }));
    await until(() => expect(clock.waiting).toBe(1));
    const second = sendBatch(stub, event('b', { orderKey: 'u1', sequence: 1 }), event('c', { orderKey: 'u2' }));
    await until(() => expect(clock.waiting).toBe(2));
    clock.advance(1_000);
    await Promise.all([first, second]);
    expect(await stub.stats()).toMatchObject({ notification: { overlaps: 1, orderViolations: 1, inFlight: 0 } });
  });

  it('with two events of one order key overlaps with itself', async () => {
    const stub = await startStub();
    await sendBatch(stub, event('a', { orderKey: 'u1' }), event('b', { orderKey: 'u1' }));
    await sendBatch(stub, event('c', { orderKey: 'u1' }));
    expect(await stub.stats()).toMatchObject({ notification: { overlaps: 1 } });
  });
});
