import type { ClientBase, CustomTypesConfig, Pool, QueryResultRow } from 'pg';
import pg from 'pg';
import { carryOut } from './postgres-error.ts';

/** What a statement gave. */
export interface Rows<Row> {
  readonly rows: readonly Row[];
  /** How many rows it touched. */
  readonly count: number;
}

/**
 * Runs statements: on any connection, each a transaction of its own, or within one transaction. `bigint` comes as a number,
 * `bytea` as a Buffer. What varies belongs into `values`, not into the text. Rejects with `DATABASE_UNAVAILABLE` when the database did not carry it out.
 */
export interface PostgresStatements {
  query<Row extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Rows<Row>>;
}

/** An open transaction; it ends when the function that was given it has. */
export interface PostgresTransaction extends PostgresStatements {
  /** `callback` runs once the transaction is committed, and not at all after a rollback. It must not throw. */
  afterCommit(callback: () => void): void;
}

const bigint = 20;

/** Ids and times in ms are safe integers; as text, which is the client's own choice, they would sort as text. */
export const typesInUse: CustomTypesConfig = {
  getTypeParser: (oid: number, format: 'text' | 'binary' = 'text'): ((value: string) => unknown) =>
    oid === bigint ? Number : (pg.types.getTypeParser(oid, format) as (value: string) => unknown),
};

const names = new Map<string, string>();

/** A statement with a name is parsed and planned once for each connection. There are as many as there are texts in the code. */
function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = `s${names.size}`;
  names.set(sql, name);
  return name;
}

export function statementsOn(connection: Pool | ClientBase): PostgresStatements {
  return {
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
      const statement = values.length === 0 ? { text: sql } : { text: sql, values: [...values], name: nameOf(sql) };
      const { rows, rowCount } = await carryOut(() => connection.query<Row & QueryResultRow>(statement));
      return { rows, count: rowCount ?? 0 };
    },
  };
}
