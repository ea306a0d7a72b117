import { describe, expect, it } from 'vitest';
import { createStubApis } from './create-stub-apis.ts';
import { startStub, type TestStub } from './test-stub.ts';

const put = (stub: TestStub, path: string, body: string, contentType = 'application/json') =>
  fetch(stub.controlUrl + path, { method: 'PUT', body, headers: { 'content-type': contentType } });

const problemJson: unknown = expect.stringMatching(/^application\/problem\+json/);

describe('the control port', () => {
  it('shows the fault in force, with what was left unsaid', async () => {
    const stub = await startStub();
    const healthy = {
      latencyMs: 0,
      failureRate: 0,
      status: 503,
      failing: 'calls',
      mode: 'answer',
      idempotencyKeys: 'honoured',
    };
    const fault = async () => (await fetch(`${stub.controlUrl}/faults/notification`)).json();
    expect(await fault()).toEqual(healthy);
    expect(await stub.setFault('notification', { status: 429, retryAfterSeconds: 2 })).toEqual({
      ...healthy,
      failureRate: 1,
      status: 429,
      retryAfterSeconds: 2,
    });
    const slow = { latencyMs: { medianMs: 50, sigma: 0.7 }, failureRate: 0.1 };
    await stub.setFault('notification', slow);
    expect(await fault()).toEqual({ ...healthy, ...slow });
    await stub.clearFault('notification');
    expect(await fault()).toEqual(healthy);
  });

  it('names every wrong and every unknown field of a fault, and leaves the old one in force', async () => {
    const stub = await startStub();
    await stub.setFault('notification', { status: 500 });
    const wrong = {
      latencyMs: -1,
      failureRate: 2,
      status: '503',
      retryAfterSeconds: 0.5,
      mode: 'off',
      speed: 1,
      size: 2,
    };
    const answer = await put(stub, '/faults/notification', JSON.stringify(wrong));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, problemJson]);
    const { errors } = (await answer.json()) as { errors: { field: string }[] };
    const fields = errors.map(({ field }) => field).toSorted();
    expect(fields).toEqual(['failureRate', 'latencyMs', 'mode', 'retryAfterSeconds', 'size', 'speed', 'status']);
    expect((await stub.send()).status).toBe(500);
  });

  it.each([
    ['a broken body', '/faults/crm', '{', 'application/json', 400],
    ['an array', '/faults/crm', '[]', 'application/json', 400],
    ['half a distribution', '/faults/crm', '{"latencyMs":{"medianMs":5}}', 'application/json', 400],
    ['a success as failure', '/faults/crm', '{"status":200}', 'application/json', 400],
    ['another content type', '/faults/crm', 'mode=hang', 'application/x-www-form-urlencoded', 415],
    ['an API name that is none', '/faults/__proto__', '{}', 'application/json', 400],
  ])('refuses %s', async (_case, path, body, contentType, status) => {
    const stub = await startStub();
    const answer = await put(stub, path, body, contentType);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, problemJson]);
  });

  it('counts zeros for an API with a port, and knows others from when they are named', async () => {
    const stub = await startStub();
    expect(Object.keys(await stub.stats())).toEqual(['notification']);
    expect((await stub.stats())['notification']).toEqual({
      calls: 0,
      effects: 0,
      replays: 0,
      failures: 0,
      rejections: 0,
      inFlight: 0,
      peakInFlight: 0,
      orderViolations: 0,
      overlaps: 0,
    });
    await stub.setFault('crm', { latencyMs: 1 });
    await stub.send({ url: stub.url('billing'), path: '/' });
    expect(await stub.stats()).toMatchObject({ crm: { calls: 0 }, billing: { calls: 1, effects: 1 } });
  });

  it('reaches an API that has a port of its own, too', async () => {
    const stub = await startStub();
    const answer = await stub.send({ url: `${stub.controlUrl}/apis/notification`, key: 'k1' });
    expect(answer.status).toBe(200);
    expect((await stub.send({ key: 'k1' })).headers.get('idempotency-replayed')).toBe('true');
    expect(await stub.effects('notification')).toMatchObject([{ path: '/emails/send' }]);
  });

  it.each(['notification', 'crm'])('and %s take POST only, JSON only, and no more than fits', async (api) => {
    const stub = await startStub({ bodyLimitBytes: 1_000 });
    const url = stub.url(api);
    const get = await fetch(`${url}/emails/send?a=b`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await stub.send({ url, headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await fetch(`${url}/any`, { method: 'POST' })).status).toBe(415);
    expect((await stub.send({ url, body: { to: '', template: '' } })).status).toBe(400);
    const large = await stub.send({ url, body: 'x'.repeat(5_000_000) });
    expect([large.status, large.headers.get('content-type')]).toEqual([413, problemJson]);
    const fits = await stub.send({ url, path: '/any?query=ignored', body: 'x'.repeat(998) });
    expect(fits.status).toBe(200);
    expect(await stub.effects(api)).toMatchObject([{ path: '/any' }]);
    expect((await stub.stats())[api]).toMatchObject({ calls: 5, effects: 1, rejections: 4 });
  });

  it('says which port is taken', async () => {
    const stub = await startStub();
    const port = Number(new URL(stub.url('notification')).port);
    const second = createStubApis({ controlPort: 0, apiPorts: { analytics: port }, file: ':memory:' });
    await expect(second.start()).rejects.toThrow(`port ${port} of API analytics: is taken`);
    await second.stop();
  });
});
