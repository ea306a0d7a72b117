import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { email, startStub, type TestStub, until } from './test-stub.ts';

/** Why a call got no answer, e.g. `ECONNREFUSED`. */
const failure = (call: Promise<Response>) => call.then(({ status }) => `answered ${status}`, codeOf);

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(error);
}

const stats = async (stub: TestStub) => (await stub.stats())['notification'];

describe('a failing API', () => {
  it('answers the status it was told, with Retry-After, and does nothing', async () => {
    const stub = await startStub();
    await stub.setFault('notification', { status: 429, retryAfterSeconds: 7 });
    const answer = await stub.send({ key: 'k1' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 429, title: 'Too Many Requests' });
    expect(await stats(stub)).toMatchObject({ calls: 1, effects: 0, failures: 1 });
    await stub.clearFault('notification');
    expect((await stub.send({ key: 'k1' })).headers.has('idempotency-replayed')).toBe(false);
  });

  it('fails as often as its rate says, with 503 where nothing else is said', async () => {
    const draws = [0.29, 0.3, 0.1, 0.9];
    const stub = await startStub({ random: () => draws.shift() ?? 0 });
    await stub.setFault('notification', { failureRate: 0.3 });
    const statuses = [];
    while (draws.length > 0) statuses.push((await stub.send()).status);
    expect(statuses).toEqual([503, 200, 503, 200]);
    expect(await stats(stub)).toMatchObject({ calls: 4, effects: 2, failures: 2 });
  });

  it('fails repeats of a kept result, too: it is down', async () => {
    const stub = await startStub();
    await stub.send({ key: 'k1' });
    await stub.setFault('notification', { status: 500 });
    expect((await stub.send({ key: 'k1' })).status).toBe(500);
  });

  it('leaves other APIs alone', async () => {
    const stub = await startStub();
    await stub.setFault('notification', { status: 503 });
    expect((await stub.send({ url: stub.url('analytics') })).status).toBe(200);
  });
});

describe('a slow API', () => {
  it('takes its latency also to fail and to refuse what is wrong', async () => {
    const clock = new ManualClock();
    const stub = await startStub({ clock });
    await stub.setFault('notification', { latencyMs: 1_000 });
    const wrong = stub.send({ body: {} });
    await until(() => expect(clock.waiting).toBe(1));
    await stub.setFault('notification', { latencyMs: 1_000, status: 503 });
    const failed = stub.send();
    await until(() => expect(clock.waiting).toBe(2));
    clock.advance(1_000);
    expect([(await wrong).status, (await failed).status]).toEqual([400, 503]);
  });

  it('draws each latency anew where it is a distribution', async () => {
    const waits: number[] = [];
    const draws = [0.5, 0, 0.9, 0.75, 0.5, 0.9];
    const clock = { now: () => 0, wait: async (ms: number) => void waits.push(ms) };
    const stub = await startStub({ clock, random: () => draws.shift() ?? 0 });
    await stub.setFault('notification', { latencyMs: { medianMs: 50, sigma: 1 } });
    await stub.send();
    await stub.send();
    expect(waits).toEqual([
      50 * Math.exp(Math.sqrt(-2 * Math.log(0.5))),
      expect.closeTo(50 * Math.exp(-Math.sqrt(-2 * Math.log(0.25)))),
    ]);
  });

  it('really waits', async () => {
    const stub = await startStub();
    await stub.setFault('notification', { latencyMs: 30 });
    const before = performance.now();
    await stub.send();
    expect(performance.now() - before).toBeGreaterThan(29);
  });
});

describe('a hanging API', () => {
  it.each(['notification', 'crm'])('takes calls in and never answers (%s), until the fault changes', async (api) => {
    const stub = await startStub();
    await stub.setFault(api, { mode: 'hang' });
    const call = failure(stub.send({ url: stub.url(api), key: 'k1' }));
    await until(async () => expect((await stub.stats())[api]).toMatchObject({ calls: 1, inFlight: 1 }));
    await stub.clearFault(api);
    expect(await call).toBe('UND_ERR_SOCKET');
    expect((await stub.stats())[api]).toMatchObject({ effects: 0, inFlight: 0 });
    expect((await stub.send({ url: stub.url(api), key: 'k1' })).status).toBe(200);
  });

  it('forgets a caller that gives up', async () => {
    const stub = await startStub();
    await stub.setFault('notification', { mode: 'hang' });
    const impatient = new AbortController();
    const call = failure(stub.send({ signal: impatient.signal }));
    await until(async () => expect(await stats(stub)).toMatchObject({ inFlight: 1 }));
    impatient.abort();
    await call;
    await until(async () => expect(await stats(stub)).toMatchObject({ calls: 1, effects: 0, inFlight: 0 }));
  });

  it.each(['notification', 'crm'])('does not keep the stub from stopping (%s)', async (api) => {
    const stub = await startStub();
    await stub.setFault(api, { mode: 'hang' });
    const call = failure(stub.send({ url: stub.url(api) }));
    await until(async () => expect((await stub.stats())[api]).toMatchObject({ inFlight: 1 }));
    await stub.stop();
    expect(await call).toBe('UND_ERR_SOCKET');
  });
});

describe('a refusing API', () => {
  it('has its port closed, and open again on the same one afterwards', async () => {
    const stub = await startStub();
    await stub.setFault('notification', { mode: 'refuse' });
    expect(await failure(stub.send())).toBe('ECONNREFUSED');
    await stub.clearFault('notification');
    expect((await stub.send()).status).toBe(200);
    expect(await stats(stub)).toMatchObject({ calls: 1, effects: 1 });
  });

  it('cuts connections that clients keep open', async () => {
    const stub = await startStub();
    const agent = new Agent({ keepAlive: true });
    const post = () =>
      new Promise<string>((resolve, reject) => {
        const headers = { 'content-type': 'application/json' };
        const sent = request(`${stub.url('notification')}/emails/send`, { method: 'POST', agent, headers });
        sent.on('response', (response) => void text(response).then(resolve, reject)).on('error', reject);
        sent.end(JSON.stringify(email));
      });
    await post();
    const [socket] = Object.values(agent.freeSockets).flat();
    const closed = new Promise((resolve) => socket?.once('close', resolve));
    await stub.setFault('notification', { mode: 'refuse' });
    await closed;
    await expect(post()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    agent.destroy();
  });

  it('ends as the last change says, however fast the changes follow each other', async () => {
    const stub = await startStub();
    const modes = ['refuse', 'answer', 'refuse', 'hang', 'refuse', 'answer'] as const;
    for (const mode of modes) await stub.setFault('notification', { mode });
    expect((await stub.send()).status).toBe(200);
  });

  it('behind the control port breaks the connection', async () => {
    const stub = await startStub();
    await stub.setFault('crm', { mode: 'refuse' });
    expect(await failure(stub.send({ url: stub.url('crm') }))).toBe('UND_ERR_SOCKET');
    expect((await stub.stats())['crm']).toMatchObject({ calls: 0 });
  });

  it('does not keep the stub from stopping', async () => {
    const stub = await startStub();
    await stub.setFault('notification', { mode: 'refuse' });
    await expect(stub.stop()).resolves.toBeUndefined();
  });
});

describe('a stub that stops', () => {
  it('lets calls at work finish', async () => {
    const clock = new ManualClock();
    const stub = await startStub({ clock });
    await stub.setFault('notification', { latencyMs: 1_000 });
    const call = failure(stub.send());
    await until(() => expect(clock.waiting).toBe(1));
    const stopped = stub.stop();
    await until(() => expect(clock.waiting).toBe(2));
    clock.advance(1_000);
    expect(await call).toBe('answered 200');
    await stopped;
  });

  it.each(['notification', 'crm'])('cuts off those of %s that take longer than it may wait', async (api) => {
    const clock = new ManualClock();
    const stub = await startStub({ clock, drainMs: 5_000 });
    await stub.setFault(api, { latencyMs: 60_000 });
    const call = failure(stub.send({ url: stub.url(api) }));
    await until(() => expect(clock.waiting).toBe(1));
    const stopped = stub.stop();
    await until(() => expect(clock.waiting).toBe(2));
    clock.advance(5_000);
    await stopped;
    expect(await call).toBe('UND_ERR_SOCKET');
  });
});
