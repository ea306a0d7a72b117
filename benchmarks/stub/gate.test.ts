import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineMs } from '../support/machine-ms.ts';
import { Gate } from './gate.ts';
import type { Behaviour } from './gate-facts.ts';

const atOnce: Behaviour = { latency: { median: 1, spread: 'fixed', roundTrip: 0 } };
const ok = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}';

describe('a gate of the stub', () => {
  let gate: Gate;
  let port: number;
  let socket: Socket;
  beforeEach(async () => {
    gate = new Gate(atOnce);
    port = await gate.listen();
    socket = connect(port, '127.0.0.1');
    socket.setEncoding('latin1');
  });
  afterEach(() => {
    socket.destroy();
    gate.close();
  });
  const post = (id: string) => socket.write(`POST / HTTP/1.1\r\nidempotency-key: ${id}\r\ncontent-length: 2\r\n\r\n{}`);
  const answer = async () => String((await once(socket, 'data'))[0]);

  it('answers a call, and counts it', async () => {
    post('k1~0');
    expect(await answer()).toBe(ok);
    expect(gate.facts()).toMatchObject({ calls: 1, effects: 1, inFlight: 0, refused: 0 });
  });

  it('refuses a call that it cannot tell from others', async () => {
    post('1');
    expect(await answer()).toContain('400 Bad Request');
    expect(gate.facts()).toMatchObject({ calls: 0, refused: 1 });
  });

  it('holds its answers until it behaves otherwise', async () => {
    gate.behave({ ...atOnce, held: true });
    post('k1~0');
    await expect.poll(() => gate.facts().inFlight).toBe(1);
    gate.behave(atOnce);
    expect(await answer()).toBe(ok);
  });

  it('never answers the call of a stuck key, and goes on with others', async () => {
    gate.behave({ ...atOnce, stuckKey: 7 });
    post('k7~0');
    post('k8~0');
    expect(await answer()).toBe(ok);
    expect(gate.facts()).toMatchObject({ calls: 1, inFlight: 1 });
  });

  it('has the effect of a call whose caller has gone', async () => {
    gate.behave({ ...atOnce, held: true });
    post('k1~0');
    await expect.poll(() => gate.facts().inFlight).toBe(1);
    socket.destroy();
    gate.behave(atOnce);
    await expect.poll(() => gate.facts().effects).toBe(1);
  });

  it('remembers when a key was first called, where it is to', async () => {
    gate.behave({ ...atOnce, remembers: true });
    const beforeMs = machineMs();
    post('k2~0');
    await answer();
    expect(gate.arrivals().slice(0, 2)).toEqual([null, null]);
    expect(gate.arrivals()[2]).toBeGreaterThanOrEqual(beforeMs);
  });
});
