import type { Answer } from './answer.ts';
import type { KeyedRequest } from './keyed-request.ts';
import type { NewUser, User } from './user.ts';

/**
 * Port: users, their events in the outbox, and the answers kept for idempotency keys, in one database.
 *
 * `register` and `changeEmail` are one transaction each: user, event and kept answer are stored all or not at all. With a
 * request whose key is known they change nothing and repeat its answer. They resolve when what they did is durable, and
 * reject with `DATABASE_UNAVAILABLE` when that is not known: the same request with the same key then tells.
 */
export interface UserStore {
  find(userId: string): Promise<User | undefined>;
  /** What an earlier request with this key makes the answer; undefined where there was none, or its time is over. */
  replay(request: KeyedRequest): Promise<Answer | undefined>;
  /** 201, or 409 where username or address are taken; the uniqueness is the database's, so that of two at once one wins. */
  register(user: NewUser, request: KeyedRequest | undefined): Promise<Answer>;
  /** 200, 404, or 409 where the address is taken. The address that the user has already is no change, and no event. */
  changeEmail(change: EmailChange, request: KeyedRequest | undefined): Promise<Answer>;
  /** Removes at most `limit` kept answers whose time is over; how many it removed. */
  removeExpired(limit: number): Promise<number>;
}

export interface EmailChange {
  readonly userId: string;
  readonly email: string;
  /** ISO 8601, UTC. */
  readonly changedAt: string;
}
