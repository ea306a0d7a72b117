import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { UniqueField } from './answer.ts';
import type { NewUser, User } from './user.ts';
import { usernameKey } from './username-key.ts';

/** The users table. Methods that write are called in a transaction. */
export class SqliteUsers {
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #setEmail: StatementSync;
  readonly #taken: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(`
      SELECT user_id AS userId, username, email, registered_at AS registeredAt FROM users WHERE user_id = ?
    `);
    this.#insert = database.prepare(`
      INSERT INTO users (user_id, username, username_key, email, password_hash, registered_at)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (username_key) DO NOTHING ON CONFLICT (email) DO NOTHING
    `);
    this.#setEmail = database.prepare('UPDATE OR IGNORE users SET email = ? WHERE user_id = ?');
    this.#taken = database.prepare(`
      SELECT
        EXISTS (SELECT 1 FROM users WHERE username_key = ?) AS username,
        EXISTS (SELECT 1 FROM users WHERE email = ?) AS email
    `);
  }

  find(userId: string): User | undefined {
    return this.#find.get(userId) as User | undefined;
  }

  /** The fields that others have already; none when the user was stored. */
  insert({ userId, username, email, passwordHash, registeredAt }: NewUser): readonly UniqueField[] {
    const key = usernameKey(username);
    const { changes } = this.#insert.run(userId, username, key, email, passwordHash, registeredAt);
    if (changes === 1) return [];
    const found = this.#taken.get(key, email) ?? {};
    return (['username', 'email'] as const).filter((field) => found[field] === 1);
  }

  /** False where another user has the address, or this user does not exist. */
  setEmail(userId: string, email: string): boolean {
    return this.#setEmail.run(email, userId).changes === 1;
  }
}
