import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Replicas } from './replicas.ts';

/** A user who was answered 201. */
export interface Registered {
  readonly userId: string;
  /** Changes of address that were answered 200. */
  changes: number;
  /** From the first attempt to the answer, failed attempts between them included. */
  readonly tookMs: number;
}

export interface Load {
  readonly registered: readonly Registered[];
  /** What got no answer within half a minute of attempts: it may have been done, or not. */
  readonly unanswered: number;
  /** Attempts that met no process, or one that was killed before it answered. */
  readonly failedAttempts: number;
}

export interface LoadOptions {
  readonly replicas: Replicas;
  readonly perSecond: number;
  readonly seconds: number;
}

const limitMs = 30_000;
const pauseMs = 50;
const sliceMs = 10;
/** One user in so many changes their address, twice, so that there is an order to keep. */
const changing = 3;
const changesEach = 2;

interface State {
  readonly registered: Registered[];
  unanswered: number;
  failedAttempts: number;
}

/** Registers at a steady pace whatever becomes of it; each request is repeated elsewhere with its key until it is answered. */
export async function registerSteadily({ replicas, perSecond, seconds }: LoadOptions): Promise<Load> {
  const agent = new Agent({ connections: 100, headersTimeout: 5_000, bodyTimeout: 5_000, connectTimeout: 2_000 });
  const state: State = { registered: [], unanswered: 0, failedAttempts: 0 };
  const send = sender(agent, replicas, state);
  const works: Promise<void>[] = [];
  const startMark = performance.now();
  const elapsedMs = () => performance.now() - startMark;
  while (elapsedMs() < seconds * 1_000) {
    const due = Math.floor((elapsedMs() * perSecond) / 1_000);
    while (works.length < due) works.push(oneUser(works.length, send, state));
    await delay(sliceMs);
  }
  await Promise.all(works);
  await agent.close();
  return state;
}

type Send = (method: 'POST' | 'PATCH', path: string, body: object) => Promise<Record<string, unknown> | undefined>;

async function oneUser(number: number, send: Send, state: State): Promise<void> {
  const name = randomUUID().slice(0, 18);
  const startMark = performance.now();
  const email = (part: string) => `${name}${part}@example.test`;
  const user = await send('POST', '/users', { username: name, email: email(''), password: randomUUID() });
  if (!user) return;
  const registered = { userId: String(user['userId']), changes: 0, tookMs: performance.now() - startMark };
  state.registered.push(registered);
  for (let change = 0; number % changing === 0 && change < changesEach; change += 1) {
    if (await send('PATCH', `/users/${registered.userId}`, { email: email(`.${change}`) })) registered.changes += 1;
  }
}

function sender(agent: Agent, replicas: Replicas, state: State): Send {
  return async (method, path, body) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const giveUpAt = performance.now() + limitMs;
    for (;;) {
      const url = `${replicas.next()}${path}`;
      const answer = await request(url, { method, headers, body: JSON.stringify(body), dispatcher: agent })
        .then(async (response) => ({ status: response.statusCode, body: await response.body.json() }))
        .catch(() => undefined);
      if (answer && answer.status < 300) return answer.body as Record<string, unknown>;
      state.failedAttempts += 1;
      if (answer && answer.status < 500 && answer.status !== 409) {
        throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      }
      if (performance.now() > giveUpAt) {
        state.unanswered += 1;
        return undefined;
      }
      await delay(pauseMs);
    }
  };
}
