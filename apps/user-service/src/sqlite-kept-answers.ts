import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Answer } from './answer.ts';
import type { KeptAnswer, KeyedRequest } from './keyed-request.ts';

const keptMs = 24 * 60 * 60 * 1_000;

/** The answers kept for idempotency keys, for 24 hours. `keep` is called in the transaction that the answer is about. */
export class SqliteKeptAnswers {
  readonly #find: StatementSync;
  readonly #keep: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(`
      SELECT request_hash AS requestHash, status, body FROM kept_answers
      WHERE idempotency_key = ? AND expires_at_ms > ?
    `);
    this.#keep = database.prepare('INSERT OR REPLACE INTO kept_answers VALUES (?, ?, ?, ?, ?)');
    this.#remove = database.prepare(`
      DELETE FROM kept_answers WHERE idempotency_key IN
        (SELECT idempotency_key FROM kept_answers WHERE expires_at_ms <= ? LIMIT ?)
    `);
  }

  find(key: string): KeptAnswer | undefined {
    const row = this.#find.get(key, Date.now()) as StoredAnswer | undefined;
    return row && { requestHash: row.requestHash, answer: { status: row.status, body: row.body } };
  }

  /** Takes the place of an answer whose time is over. */
  keep({ key, hash }: KeyedRequest, { status, body }: Answer): void {
    this.#keep.run(key, hash, status, body, Date.now() + keptMs);
  }

  /** Removes at most `limit` answers whose time is over; how many it removed. */
  removeExpired(limit: number): number {
    return Number(this.#remove.run(Date.now(), limit).changes);
  }
}

interface StoredAnswer {
  readonly requestHash: Uint8Array;
  readonly status: number;
  readonly body: string;
}
