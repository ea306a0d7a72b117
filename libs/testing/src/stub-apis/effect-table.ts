import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Call } from './call.ts';

/** What a call did, as `GET /effects/{api}` shows it; `body` is JSON text. */
export interface Effect extends Omit<Call, 'api' | 'idempotencyKey' | 'orderKey' | 'orderSequence'> {
  readonly id: number;
  readonly idempotencyKey: string | null;
  readonly orderKey: string | null;
  readonly orderSequence: number | null;
  readonly atMs: number;
}

/**
 * What became of a call: a new effect; the one that its idempotency key had already; or nothing, as that key was used
 * for another call.
 */
export type Performed =
  | { readonly kind: 'effect'; readonly id: number; readonly outOfOrder: boolean }
  | { readonly kind: 'replay'; readonly id: number }
  | { readonly kind: 'mismatch' };

export interface EffectTotals {
  readonly effects: number;
  /** Effects whose order sequence was not greater than that of the effect before, of the same order key. */
  readonly orderViolations: number;
}

const pageSize = 500;
const columns = `id, path, body, idempotency_key AS idempotencyKey, order_key AS orderKey,
  order_sequence AS orderSequence, at_ms AS atMs`;

/** The effects of all APIs, in the order in which they took effect. */
export class EffectTable {
  readonly #find: StatementSync;
  readonly #lastSequence: StatementSync;
  readonly #insert: StatementSync;
  readonly #page: StatementSync;
  readonly #pageOfOrderKey: StatementSync;
  readonly #totals: StatementSync;
  readonly #deleteAll: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare('SELECT id, path, body FROM effects WHERE api = ? AND idempotency_key = ?');
    this.#lastSequence = database.prepare(
      `SELECT order_sequence AS last FROM effects WHERE api = ? AND order_key = ? AND order_sequence IS NOT NULL
       ORDER BY id DESC LIMIT 1`,
    );
    this.#insert = database.prepare(
      `INSERT INTO effects (api, path, body, idempotency_key, order_key, order_sequence, out_of_order, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#page = database.prepare(
      `SELECT ${columns} FROM effects WHERE api = ? AND id > ? ORDER BY id LIMIT ${pageSize}`,
    );
    this.#pageOfOrderKey = database.prepare(
      `SELECT ${columns} FROM effects WHERE api = ? AND id > ? AND order_key = ? ORDER BY id LIMIT ${pageSize}`,
    );
    this.#totals = database.prepare(
      'SELECT api, count(*) AS effects, sum(out_of_order) AS orderViolations FROM effects GROUP BY api',
    );
    this.#deleteAll = database.prepare('DELETE FROM effects');
  }

  /** True if a repeat of `call` would be answered from what is kept. */
  knows({ api, idempotencyKey }: Call): boolean {
    return idempotencyKey !== undefined && this.#find.get(api, idempotencyKey) !== undefined;
  }

  /** To be called in a transaction. Most keys are new, so that inserting first is the short way. */
  perform(call: Call, atMs: number): Performed {
    const { api, path, body, idempotencyKey = null, orderKey = null, orderSequence = null } = call;
    const outOfOrder = this.#isOutOfOrder(call);
    const { changes, lastInsertRowid } = this.#insert.run(
      api,
      path,
      body,
      idempotencyKey,
      orderKey,
      orderSequence,
      Number(outOfOrder),
      atMs,
    );
    return changes === 0 ? this.#kept(call) : { kind: 'effect', id: Number(lastInsertRowid), outOfOrder };
  }

  /** The effects of one API page by page, those of one order key where that is given. */
  *pages(api: string, orderKey?: string): Generator<readonly Effect[]> {
    for (let after = 0, more = true; more;) {
      const rows = orderKey === undefined ? this.#page.all(api, after) : this.#pageOfOrderKey.all(api, after, orderKey);
      const page = rows as unknown as readonly Effect[];
      if (page.length > 0) yield page;
      after = page.at(-1)?.id ?? after;
      more = page.length === pageSize;
    }
  }

  totals(): Map<string, EffectTotals> {
    const rows = this.#totals.all() as unknown as readonly (EffectTotals & { readonly api: string })[];
    return new Map(rows.map(({ api, effects, orderViolations }) => [api, { effects, orderViolations }]));
  }

  /** To be called in a transaction. */
  clear(): void {
    this.#deleteAll.run();
  }

  #kept({ api, path, body, idempotencyKey }: Call): Performed {
    const kept = this.#find.get(api, idempotencyKey ?? null);
    const same = kept?.['path'] === path && kept['body'] === body;
    return same ? { kind: 'replay', id: Number(kept['id']) } : { kind: 'mismatch' };
  }

  #isOutOfOrder({ api, orderKey, orderSequence }: Call): boolean {
    if (orderKey === undefined || orderSequence === undefined) return false;
    const last = this.#lastSequence.get(api, orderKey)?.['last'];
    return typeof last === 'number' && orderSequence <= last;
  }
}
