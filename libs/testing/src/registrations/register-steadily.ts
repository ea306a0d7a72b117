import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** A user who was answered 201. */
export interface Registered {
  readonly userId: string;
  readonly username: string;
  /** Changes of address that were answered 200. */
  changes: number;
  /** From the first attempt to the answer, failed attempts between them included. */
  readonly tookMs: number;
}

export interface Load {
  readonly registered: readonly Registered[];
  /** Names of users whose registration was begun, answered or not. */
  readonly begun: readonly string[];
  /** Requests that got no answer within so long of attempts: they may have been carried out, or not. */
  readonly unanswered: number;
  /** Attempts that met no process, or one that was killed before it answered. */
  readonly failedAttempts: number;
  /** Requests that were refused although nothing was wrong with them, and with what. */
  readonly refused: readonly string[];
  /** Requests that were made again after their answer, with their key, and were answered otherwise then. */
  readonly answeredOtherwise: readonly string[];
}

/** What one attempt came to. */
export interface AttemptAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Whether it says when to come again, as with the 409 of a request that is still in progress. */
  readonly retryAfter: boolean;
}

/** Sends a request once; undefined where no answer came. */
export type Attempt = (request: {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly body: object;
  readonly idempotencyKey: string;
}) => Promise<AttemptAnswer | undefined>;

export interface LoadOptions {
  readonly attempt: Attempt;
  /** Where users are registered: `/users` at user-service, `/register` at the gateway. */
  readonly registerPath: string;
  readonly perSecond: number;
  /** Aborted: nobody new is registered; whoever was begun goes on to the end. */
  readonly until: AbortSignal;
  /** One user in so many asks once more after the answer, with the same key. @default nobody */
  readonly askAgainEach?: number;
  /** After so long without an answer a request is given up. @default 30_000 */
  readonly patienceMs?: number;
}

const defaultPatienceMs = 30_000;
/** After the first attempt that failed; twice as long after each, up to the longest, and less by chance. */
const firstPauseMs = 50;
const longestPauseMs = 1_000;
const sliceMs = 10;
/** One user in so many changes their address, twice, so that there is an order to keep. */
const changing = 3;
const changesEach = 2;

interface State {
  readonly registered: Registered[];
  readonly begun: string[];
  unanswered: number;
  failedAttempts: number;
  readonly refused: string[];
  readonly answeredOtherwise: string[];
}

/** Registers at a steady pace whatever becomes of it; each request is repeated with its key until it is answered. */
export async function registerSteadily(options: LoadOptions): Promise<Load> {
  const { perSecond, until } = options;
  const state: State = {
    registered: [],
    begun: [],
    unanswered: 0,
    failedAttempts: 0,
    refused: [],
    answeredOtherwise: [],
  };
  const send = sender(options, state);
  const works: Promise<void>[] = [];
  const startMark = performance.now();
  while (!until.aborted) {
    const due = Math.floor(((performance.now() - startMark) * perSecond) / 1_000);
    while (works.length < due && !until.aborted) works.push(oneUser(works.length, send, { ...options, state }));
    await delay(sliceMs);
  }
  await Promise.all(works);
  return state;
}

type Send = (request: Omit<Parameters<Attempt>[0], 'idempotencyKey'>, key?: string) => Promise<string | undefined>;

async function oneUser(
  number: number,
  send: Send,
  { registerPath: path, askAgainEach, state }: LoadOptions & { readonly state: State },
): Promise<void> {
  const username = randomUUID().slice(0, 18);
  const startMark = performance.now();
  const email = (part: string) => `${username}${part}@example.test`;
  const request = { method: 'POST', path, body: { username, email: email(''), password: randomUUID() } } as const;
  const key = randomUUID();
  state.begun.push(username);
  const userId = await send(request, key);
  if (userId === undefined) return;
  const registered = { userId, username, changes: 0, tookMs: performance.now() - startMark };
  state.registered.push(registered);
  for (let change = 0; number % changing === 0 && change < changesEach; change += 1) {
    const body = { email: email(`.${change}`) };
    if ((await send({ method: 'PATCH', path: `/users/${userId}`, body })) !== undefined) registered.changes += 1;
  }
  if (askAgainEach === undefined || number % askAgainEach !== 0) return;
  const again = await send(request, key);
  if (again !== undefined && again !== userId)
    state.answeredOtherwise.push(`${username}: registered as ${userId}, and as ${again} when asked again with its key`);
}

/** Resolves with the id of the user in the answer; undefined where there was none, or a refusal. */
function sender({ attempt, patienceMs = defaultPatienceMs }: LoadOptions, state: State): Send {
  return async (request, idempotencyKey = randomUUID()) => {
    const giveUpAt = performance.now() + patienceMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const answer = await attempt({ ...request, idempotencyKey });
      if (answer && answer.status < 300) return String((answer.body as { userId?: unknown }).userId);
      state.failedAttempts += 1;
      if (answer && isFinal(answer)) {
        const { method, path } = request;
        state.refused.push(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
        return undefined;
      }
      if (performance.now() > giveUpAt) {
        state.unanswered += 1;
        return undefined;
      }
      await delay(pauseMs * (0.5 + Math.random() / 2));
    }
  };
}

function isFinal({ status, retryAfter }: AttemptAnswer): boolean {
  return status < 500 && !(status === 409 && retryAfter);
}
