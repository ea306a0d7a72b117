import { describe, expect, it } from 'vitest';
import type { ApiHappening } from './seen-call.ts';
import { startStub, until } from './test-stub.ts';

async function watched() {
  const seen: ApiHappening[] = [];
  const stub = await startStub({ watch: (happening) => void seen.push(happening) });
  return { stub, seen };
}

const url = (base: string) => `${base}/emails/send?call=7`;

describe('who watches an API', () => {
  it('hears of a call when it comes, takes effect and is answered', async () => {
    const { stub, seen } = await watched();
    await stub.send({ key: 'k1', order: ['ada', 3], url: stub.url('notification'), path: '/emails/send?call=7' });
    const call = { api: 'notification', call: 1 };
    expect(seen).toEqual([
      { ...call, what: 'called', query: 'call=7', idempotencyKey: 'k1', orderKey: 'ada', orderSequence: 3 },
      { ...call, what: 'acted', idempotencyKey: 'k1' },
      { ...call, what: 'answered', status: 200 },
    ]);
  });

  it('hears of no effect where there is none, and of the answer all the same', async () => {
    const { stub, seen } = await watched();
    await stub.send({ key: 'k1' });
    await stub.send({ key: 'k1' });
    await stub.setFault('notification', { status: 503 });
    await stub.send({ key: 'k2' });
    expect(seen.map(({ call, what }) => `${call} ${what}`).join()).toBe(
      '1 called,1 acted,1 answered,2 called,2 answered,3 called,3 answered',
    );
  });

  it('hears of a caller that is gone, and of the effect it does not hear of', async () => {
    const { stub, seen } = await watched();
    await stub.setFault('notification', { latencyMs: 100 });
    const leaving = new AbortController();
    const call = fetch(url(stub.url('notification')), {
      method: 'POST',
      body: JSON.stringify({ to: 'a', template: 'b' }),
      headers: { 'content-type': 'application/json' },
      signal: leaving.signal,
    });
    await until(() => expect(seen).toHaveLength(1));
    leaving.abort();
    await expect(call).rejects.toThrow('aborted');
    await until(() => expect(seen.map(({ what }) => what)).toEqual(['called', 'left', 'acted']));
  });
});

describe('an API that ignores idempotency keys', () => {
  it('acts on every call', async () => {
    const { stub } = await watched();
    await stub.setFault('notification', { idempotencyKeys: 'ignored' });
    const answers = [await stub.send({ key: 'k1' }), await stub.send({ key: 'k1' })];
    expect(answers.map(({ headers }) => headers.has('idempotency-replayed'))).toEqual([false, false]);
    expect((await stub.stats())['notification']).toMatchObject({ calls: 2, effects: 2, replays: 0 });
  });

  it('acts on every event of a batch', async () => {
    const { stub } = await watched();
    await stub.setFault('notification', { idempotencyKeys: 'ignored' });
    const event = { eventType: 'e', userId: 'u', idempotencyKey: 'k1' };
    await stub.send({ path: '/events/batch', body: { events: [event, event] } });
    expect((await stub.stats())['notification']).toMatchObject({ calls: 1, effects: 2 });
  });
});
