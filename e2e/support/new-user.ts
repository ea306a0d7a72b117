import { randomUUID } from 'node:crypto';
import { secretMark } from './secret-mark.ts';

/** The body of `POST /register`. */
export interface NewUser {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

let made = 0;

/** A user like no other of this test file. */
export function newUser(): NewUser {
  made += 1;
  return {
    username: `user-${randomUUID().slice(0, 18)}`,
    email: newEmail(),
    password: `Pass ${secretMark} ${made}`,
  };
}

/** An address that nobody has yet. */
export function newEmail(): string {
  return `${randomUUID()}.${secretMark}@example.test`;
}
