import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type NewUser, newUser } from './new-user.ts';

/** A registration that was answered 201. */
export interface Registration {
  readonly user: NewUser;
  readonly userId: string;
  readonly idempotencyKey: string;
  /** How often it was sent; more than once means without an answer or with a 5xx before. */
  readonly attempts: number;
  /** Of the attempt that was answered 201, in ms since 1970. */
  readonly sentAtMs: number;
  readonly tookMs: number;
}

export interface RegistrationsOptions {
  /** E.g. `http://127.0.0.1:8080`. */
  readonly gateway: string;
  readonly count: number;
  /** @default 4 */
  readonly atOnce?: number;
}

const pauseMs = 100;
const attemptLimitMs = 10_000;
const repeatLimitMs = 60_000;

/** Registrations on their way: sent again, each with its own idempotency key, until they have a final answer. */
export class Registrations {
  readonly #answered: Registration[] = [];
  /** Resolves with all of them; rejects with the first answer that is neither 201 nor a reason to try again. */
  readonly all: Promise<readonly Registration[]>;

  constructor({ gateway, count, atOnce = 4 }: RegistrationsOptions) {
    const users = Array.from({ length: count }, newUser).values();
    const lanes = Array.from({ length: atOnce }, async () => {
      for (const user of users) this.#answered.push(await register(gateway, user));
    });
    this.all = Promise.all(lanes).then(() => this.#answered);
    // A test that fails earlier never asks for them.
    this.all.catch(() => undefined);
  }

  /** How many were answered so far. */
  get answered(): number {
    return this.#answered.length;
  }
}

/** Registers `user`, again and again with one idempotency key while there is no answer or a 5xx. Rejects on any other but 201. */
export async function register(gateway: string, user: NewUser = newUser()): Promise<Registration> {
  const idempotencyKey = randomUUID();
  const giveUpAt = performance.now() + repeatLimitMs;
  for (let attempts = 1; ; attempts += 1) {
    const sentAtMs = Date.now();
    const startedAt = performance.now();
    const answer = await postRegistration(gateway, user, idempotencyKey);
    const tookMs = performance.now() - startedAt;
    if (answer.status === 201) {
      const { userId } = answer.body as { userId: string };
      return { user, userId, idempotencyKey, attempts, sentAtMs, tookMs };
    }
    if (!answer.mayBeRepeated || performance.now() > giveUpAt) {
      throw new Error(`POST /register, attempt ${attempts}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    await delay(pauseMs);
  }
}

interface Answer {
  /** 0 where there was none. */
  readonly status: number;
  readonly body: unknown;
  readonly mayBeRepeated: boolean;
}

async function postRegistration(gateway: string, user: NewUser, idempotencyKey: string): Promise<Answer> {
  try {
    const response = await fetch(`${gateway}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(user),
      signal: AbortSignal.timeout(attemptLimitMs),
    });
    const body: unknown = await response.json();
    // 409 with Retry-After: the first attempt with this key is still at work.
    const mayBeRepeated = response.status >= 500 || (response.status === 409 && response.headers.has('retry-after'));
    return { status: response.status, body, mayBeRepeated };
  } catch (error) {
    return { status: 0, body: String(error), mayBeRepeated: true };
  }
}
