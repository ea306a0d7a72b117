import { randomUUID } from 'node:crypto';
import type { Answer } from './answer.ts';
import type { HashPassword } from './hash-password.ts';
import { InProgress } from './in-progress.ts';
import { hashRequest, type KeyedRequest, type RequestContent } from './keyed-request.ts';
import type { User } from './user.ts';
import type { UserStore } from './user-store.ts';

/** What a client sends to register; every field already checked. */
export interface Registration {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

export interface UsersOptions {
  readonly store: UserStore;
  readonly hashPassword: HashPassword;
  /** Key of the request hashes. */
  readonly idempotencySecret: string;
}

/**
 * What can be done with users. With an idempotency key, a request is carried out once in 24 hours, and every repetition gets
 * the first answer; without one, it is carried out each time.
 */
export class Users {
  readonly #store: UserStore;
  readonly #hashPassword: HashPassword;
  readonly #secret: string;
  readonly #inProgress = new InProgress();

  constructor({ store, hashPassword, idempotencySecret }: UsersOptions) {
    this.#store = store;
    this.#hashPassword = hashPassword;
    this.#secret = idempotencySecret;
  }

  find(userId: string): Promise<User | undefined> {
    return this.#store.find(userId);
  }

  register(registration: Registration, key: string | undefined): Promise<Answer> {
    const { password, ...user } = registration;
    const content = { method: 'POST', path: '/users', body: registration };
    return this.#once(key, content, async (request) => {
      const passwordHash = await this.#hashPassword(password);
      const registeredAt = new Date().toISOString();
      return this.#store.register({ userId: randomUUID(), ...user, passwordHash, registeredAt }, request);
    });
  }

  changeEmail(userId: string, email: string, key: string | undefined): Promise<Answer> {
    const content = { method: 'PATCH', path: `/users/${userId}`, body: { email } };
    return this.#once(key, content, (request) =>
      this.#store.changeEmail({ userId, email, changedAt: new Date().toISOString() }, request),
    );
  }

  #once(
    key: string | undefined,
    content: RequestContent,
    work: (request: KeyedRequest | undefined) => Promise<Answer>,
  ): Promise<Answer> {
    if (key === undefined) return work(undefined);
    const request = { key, hash: hashRequest(this.#secret, content) };
    return this.#inProgress.run(request, async () => (await this.#store.replay(request)) ?? work(request));
  }
}
