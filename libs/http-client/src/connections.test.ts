import { VirtualClock } from '@millrace/messaging/testing';
import { errors } from 'undici';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection, ConnectionUser, ExchangeRequest } from './connection.ts';
import { Connections, type ConnectionsOptions } from './connections.ts';
import { exchange } from './exchange.ts';

/** Does what the test says. */
class PlayedConnection implements Connection {
  isMade = true;
  isSpent = false;
  isClosed = false;
  readonly paths: string[] = [];
  #user: ConnectionUser | undefined;

  dispatch({ path }: ExchangeRequest, user: ConnectionUser): void {
    this.paths.push(path);
    if (path.includes(' ')) user.onResponseError(null, new errors.InvalidArgumentError('invalid request path'));
    else this.#user = user;
  }

  begin(): void {
    this.#user?.onRequestStart();
  }

  answer(status = 200): void {
    this.begin();
    this.#user?.onResponseStart(undefined, status, {});
    this.#user?.onResponseEnd();
  }

  fail(code: string): void {
    this.#user?.onResponseError(undefined, Object.assign(new Error(code), { code }));
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

const clock = () => new VirtualClock();
const never = new AbortController().signal;
const tick = () => new Promise((resolve) => setImmediate(resolve));

let opened: PlayedConnection[];
beforeEach(() => (opened = []));

function connectionsOf(options: Partial<ConnectionsOptions> = {}): Connections {
  const open = () => {
    const connection = new PlayedConnection();
    opened.push(connection);
    return connection;
  };
  return new Connections({ open, connections: 2, waiting: 10, timeoutMs: 5_000, clock: clock(), ...options });
}

const calling = (connections: Connections, path: string, signal = never) =>
  exchange(connections, { method: 'POST', path, headers: [], body: null }, { signal });
const opening = (index: number): PlayedConnection => opened[index] ?? expect.fail(`connection ${index} is not open`);

describe('free connections', () => {
  it('are used last in, first out, so that those not needed grow old', async () => {
    const connections = connectionsOf({ connections: 3 });
    const calls = ['/a', '/b', '/c'].map((path) => calling(connections, path));
    for (const index of [2, 0, 1]) opening(index).answer();
    await Promise.all(calls);
    for (const path of ['/d', '/e']) {
      const call = calling(connections, path);
      opening(1).answer();
      await call;
    }
    expect(opened.map(({ paths }) => paths)).toEqual([['/a'], ['/b', '/d', '/e'], ['/c']]);
  });

  it('that have lived long enough are closed when they come back, and another takes the place', async () => {
    const connections = connectionsOf({ connections: 1 });
    const call = calling(connections, '/a');
    opening(0).isSpent = true;
    opening(0).answer();
    expect(await call).toMatchObject({ status: 200 });
    expect(opening(0).isClosed).toBe(true);
    void calling(connections, '/b');
    expect(opening(1).paths).toEqual(['/b']);
  });

  it('are not used again after a call that broke or was given up', async () => {
    const connections = connectionsOf();
    const gone = new AbortController();
    const calls = [calling(connections, '/breaks'), calling(connections, '/given-up', gone.signal)];
    opening(0).begin();
    opening(0).fail('ECONNRESET');
    gone.abort();
    expect(await Promise.all(calls)).toMatchObject([{ kind: 'failed' }, { kind: 'aborted' }]);
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true]);
    void calling(connections, '/next');
    expect(opening(2).paths).toEqual(['/next']);
  });
});

describe('calls beyond the connections', () => {
  it('wait in turn, and those that come later do not pass them', async () => {
    const connections = connectionsOf({ connections: 1 });
    const calls = ['/a', '/b', '/c'].map((path) => calling(connections, path));
    opening(0).answer();
    calls.push(calling(connections, '/d'));
    for (let turn = 0; turn < 3; turn += 1) {
      await tick();
      opening(0).answer();
    }
    await Promise.all(calls);
    expect(opened.map(({ paths }) => paths)).toEqual([['/a', '/b', '/c', '/d']]);
  });

  it('are refused at once where enough wait, unsent', async () => {
    const connections = connectionsOf({ connections: 1, waiting: 1 });
    void calling(connections, '/a');
    expect(connections.isCrowded).toBe(false);
    void calling(connections, '/b');
    expect(connections.isCrowded).toBe(true);
    expect(await calling(connections, '/c')).toEqual({ kind: 'crowded', notSent: true });
    opening(0).answer();
    await tick();
    expect(connections.isCrowded).toBe(false);
    expect(opening(0).paths).toEqual(['/a', '/b']);
  });

  it('end at their deadline, or when they are given up, while they wait', async () => {
    const time = clock();
    const connections = connectionsOf({ connections: 1, clock: time });
    const gone = new AbortController();
    const running = calling(connections, '/a');
    const [waiting, givenUp] = [calling(connections, '/b'), calling(connections, '/c', gone.signal)];
    opening(0).begin();
    gone.abort();
    expect(await givenUp).toEqual({ kind: 'aborted', notSent: true });
    expect([time.next(), time.mark()]).toEqual([true, 5_000]);
    expect(await running).toEqual({ kind: 'headers-timeout', notSent: false });
    expect(await waiting).toEqual({ kind: 'connect-timeout', notSent: true });
    await tick();
    expect(opened.flatMap(({ paths }) => paths)).toEqual(['/a']);
    expect(time.waiting).toBe(0);
  });

  it('are not sent once their signal says so as it is asked for, and nothing has told them', async () => {
    const connections = connectionsOf({ connections: 1 });
    const running = calling(connections, '/a');
    let isOver = false;
    const over = {
      get signal() {
        return isOver ? AbortSignal.abort() : never;
      },
    };
    const waiting = exchange(connections, { method: 'POST', path: '/b', headers: [], body: null }, over);
    const next = calling(connections, '/c');
    isOver = true;
    opening(0).answer();
    expect(await running).toMatchObject({ status: 200 });
    expect(await waiting).toEqual({ kind: 'aborted', notSent: true });
    await tick();
    opening(1).answer();
    expect(await next).toMatchObject({ status: 200 });
    expect(opened.map(({ paths }) => paths)).toEqual([['/a'], ['/c']]);
  });

  it('get a fresh connection when that of another has been closed', async () => {
    const connections = connectionsOf({ connections: 1 });
    const broken = calling(connections, '/a');
    void calling(connections, '/b');
    opening(0).begin();
    opening(0).fail('UND_ERR_SOCKET');
    await broken;
    await tick();
    expect(opening(1).paths).toEqual(['/b']);
  });

  it('that cannot be sent do not pile up within each other, and spare the connection', async () => {
    const connections = connectionsOf({ connections: 1, waiting: 20_000 });
    const first = calling(connections, '/first');
    const bad = Array.from({ length: 20_000 }, () => calling(connections, '/a b'));
    opening(0).answer();
    await first;
    expect(new Set((await Promise.all(bad)).map(({ kind }) => kind))).toEqual(new Set(['failed']));
    expect([opened.length, opening(0).isClosed]).toEqual([1, false]);
  });
});

describe('each call', () => {
  it('has a deadline of its own, for the price of one timer', async () => {
    const time = clock();
    const connections = connectionsOf({ clock: time });
    const ended: (readonly [string, number])[] = [];
    const call = (path: string) => calling(connections, path).then(({ kind }) => ended.push([kind, time.mark()]));
    const early = call('/early');
    time.after(1_000, () => void call('/late'));
    time.next();
    expect(time.waiting).toBe(1);
    opening(0).answer();
    await early;
    while (time.next());
    await tick();
    expect(ended).toEqual([
      ['answered', 1_000],
      ['connect-timeout', 6_000],
    ]);
  });
});

describe('a request that fails before a byte of it is written', () => {
  it('on a connection that stood is sent on a fresh one, once', async () => {
    const connections = connectionsOf({ connections: 1 });
    const call = calling(connections, '/a');
    opening(0).fail('ECONNRESET');
    expect([opening(0).isClosed, opening(1).paths]).toEqual([true, ['/a']]);
    opening(1).fail('ECONNRESET');
    expect(await call).toMatchObject({ kind: 'failed', notSent: true });
    expect(opened).toHaveLength(2);
  });

  it('on one that was not made yet is not sent again', async () => {
    const connections = connectionsOf({
      open: () => {
        const connection = Object.assign(new PlayedConnection(), { isMade: false });
        opened.push(connection);
        return connection;
      },
    });
    const call = calling(connections, '/a');
    opening(0).fail('ECONNREFUSED');
    expect(await call).toMatchObject({ kind: 'failed', notSent: true });
    expect(opened).toHaveLength(1);
  });
});

describe('a request that fails after it was begun', () => {
  it('is never sent again, since the API may have acted on it', async () => {
    const connections = connectionsOf();
    const call = calling(connections, '/a');
    opening(0).begin();
    opening(0).fail('ECONNRESET');
    expect(await call).toMatchObject({ kind: 'failed', notSent: false });
    expect(opened).toHaveLength(1);
  });
});

describe('connections that are closed', () => {
  it('let calls under way and waiting end first, and take no more', async () => {
    const connections = connectionsOf({ connections: 1 });
    const calls = [calling(connections, '/a'), calling(connections, '/b')];
    const closed = connections.close();
    expect(await calling(connections, '/c')).toMatchObject({ error: { code: 'UND_ERR_CLOSED' }, notSent: true });
    opening(0).answer();
    await tick();
    opening(0).answer();
    await closed;
    expect(await Promise.all(calls)).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(opening(0).isClosed).toBe(true);
  });

  it('cut off what does not end soon', async () => {
    const time = clock();
    const connections = connectionsOf({ connections: 1, clock: time });
    const calls = [calling(connections, '/a'), calling(connections, '/b')];
    opening(0).begin();
    const closed = connections.close();
    expect([time.next(), time.mark()]).toEqual([true, 500]);
    await closed;
    const code = { error: { code: 'UND_ERR_DESTROYED' } };
    expect(await Promise.all(calls)).toMatchObject([
      { ...code, notSent: false },
      { ...code, notSent: true },
    ]);
    expect([opening(0).isClosed, time.waiting]).toEqual([true, 0]);
  });
});
