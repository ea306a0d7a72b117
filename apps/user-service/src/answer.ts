import { Problem, type ProblemOptions } from '@millrace/http-server';
import type { User } from './user.ts';

/** What a client is told; status and body are what an idempotency key keeps. */
export interface Answer {
  readonly status: number;
  /** JSON; a problem (RFC 9457) where the status is an error. */
  readonly body: string;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is unique of a user. */
export type UniqueField = 'username' | 'email';

const words: Readonly<Record<UniqueField, string>> = { username: 'username', email: 'e-mail address' };

export const registered = (user: User): Answer => ({ status: 201, body: JSON.stringify(user) });

export const changed = (user: User): Answer => ({ status: 200, body: JSON.stringify(user) });

export const noSuchUser: Answer = problem({ status: 404, detail: 'There is no user with this id.' });

/** Names the fields that another user has already; at least one. */
export function taken(fields: readonly UniqueField[]): Answer {
  const what = fields.map((field) => words[field]).join(' and the ');
  return problem({
    status: 409,
    detail: `The ${what} ${fields.length === 1 ? 'is' : 'are'} already taken.`,
    errors: fields.map((field) => ({ field, message: 'is already taken' })),
  });
}

/** The key was used before, for something else. */
export const keyUsedOtherwise: Answer = problem({
  status: 422,
  detail: 'This Idempotency-Key was used for another request before; use a new one for each.',
});

export const stillInProgress: Answer = problem({
  status: 409,
  detail: 'The first request with this Idempotency-Key is still in progress.',
  headers: { 'retry-after': '1' },
});

function problem(options: ProblemOptions): Answer {
  const { status, headers } = new Problem(options);
  return { status, headers, body: JSON.stringify(new Problem(options)) };
}
