import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { startStub, until } from './test-stub.ts';

describe('order', () => {
  it('is violated by each effect whose sequence does not rise above the one before, per order key', async () => {
    const stub = await startStub();
    const violations = async () => (await stub.stats())['notification']?.orderViolations;
    for (const sequence of [1, 2, 5]) await stub.send({ order: ['u1', sequence] });
    expect(await violations()).toBe(0);
    await stub.send({ order: ['u1', 5] });
    expect(await violations()).toBe(1);
    await stub.send({ order: ['u1', 3] });
    expect(await violations()).toBe(2);
    await stub.send({ order: ['u1', 4] });
    await stub.send({ order: ['u2', 1] });
    await stub.send({ url: stub.url('crm'), order: ['u1', 1] });
    expect(await violations()).toBe(2);
  });

  it('is not judged by repeats of a known key, by failures, or by calls without sequence', async () => {
    const stub = await startStub();
    await stub.send({ key: 'k1', order: ['u1', 1] });
    await stub.send({ key: 'k2', order: ['u1', 2] });
    await stub.send({ key: 'k1', order: ['u1', 1] });
    await stub.send({ headers: { 'order-key': 'u1' } });
    await stub.setFault('notification', { status: 503 });
    await stub.send({ key: 'k0', order: ['u1', 0] });
    await stub.clearFault('notification');
    await stub.send({ key: 'k3', order: ['u1', 3] });
    expect(await stub.stats()).toMatchObject({ notification: { effects: 4, orderViolations: 0 } });
  });

  it('is broken, too, by two calls of one order key at the same time: an overlap', async () => {
    const clock = new ManualClock();
    const stub = await startStub({ clock });
    await stub.setFault('notification', { latencyMs: 1_000 });
    const calls = [stub.send({ order: ['u1', 1] }), stub.send({ order: ['u2', 1] })];
    await until(() => expect(clock.waiting).toBe(2));
    expect(await stub.stats()).toMatchObject({ notification: { overlaps: 0, inFlight: 2 } });
    calls.push(stub.send({ order: ['u1', 2] }));
    await until(() => expect(clock.waiting).toBe(3));
    clock.advance(1_000);
    await Promise.all(calls);
    expect(await stub.stats()).toMatchObject({ notification: { overlaps: 1, inFlight: 0, peakInFlight: 3 } });
  });

  it('is not broken by calls that follow each other as fast as they can, nor by one whose caller has left', async () => {
    const clock = new ManualClock();
    const stub = await startStub({ clock });
    for (let sequence = 0; sequence < 200; sequence += 1) await stub.send({ order: ['u1', sequence] });

    await stub.setFault('notification', { latencyMs: 1_000 });
    const impatient = new AbortController();
    const left = stub.send({ order: ['u1', 200], signal: impatient.signal });
    await until(() => expect(clock.waiting).toBe(1));
    impatient.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    await until(async () => expect(await stub.stats()).toMatchObject({ notification: { inFlight: 0 } }));
    const next = stub.send({ order: ['u1', 201] });
    await until(() => expect(clock.waiting).toBe(2));
    clock.advance(1_000);
    await next;
    expect(await stub.stats()).toMatchObject({
      notification: { effects: 202, overlaps: 0, orderViolations: 0, peakInFlight: 1 },
    });
  });
});
