import { ServiceError } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import { type ClientConfig, Pool, type PoolClient } from 'pg';
import { migrate } from './migrate.ts';
import { carryOut } from './postgres-error.ts';
import { openSession, type PostgresSession, type SessionOptions } from './postgres-session.ts';
import { type PostgresStatements, type PostgresTransaction, statementsOn, typesInUse } from './statements.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`, with node-postgres' parameters, e.g. `?sslmode=verify-full`. Never logged. */
  readonly url: string;
  /** Whose tables they are, and who the server says is connected. */
  readonly name: string;
  /** SQL that makes the tables, in order. Append to the list, never change what has run: the database remembers how many have. */
  readonly migrations: readonly string[];
  readonly log: Logger;
  /** Connections for statements and transactions; sessions have their own. @default 10 */
  readonly maxConnections?: number;
}

/** A PostgreSQL database, as a part of a service: the first to start, the last to stop. */
export interface Postgres extends PostgresStatements {
  readonly name: string;
  /** Begins to connect and to make the tables, and returns: a database that is away is waited for. */
  start(): Promise<void>;
  notReady(): string | undefined;
  /**
   * Runs `work` in a transaction of its own connection: committed when it resolves, rolled back when it or the commit
   * rejects. Rejects as `work` does, and with `DATABASE_UNAVAILABLE`; where it was the commit that failed, it may have
   * been carried out all the same.
   */
  transaction<T>(work: (transaction: PostgresTransaction) => Promise<T>): Promise<T>;
  session(options: SessionOptions): Promise<PostgresSession>;
  stop(): Promise<void>;
}

const statementTimeoutMs = 5_000;
/** Longer than the server's own limit, for a server that says nothing at all. */
const answerTimeoutMs = 6_000;
const connectTimeoutMs = 3_000;
const lookIntervalMs = 2_000;

/** Nothing connects before `start`. Until the tables are there, statements reject with `DATABASE_UNAVAILABLE`. */
export function openPostgres(options: PostgresOptions): Postgres {
  return new Database(options);
}

class Database implements Postgres {
  readonly name = 'database';
  readonly #options: PostgresOptions;
  readonly #pool: Pool;
  readonly #statements: PostgresStatements;
  #problem: string | undefined = 'the database has not been reached yet';
  #migrated = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #looking = Promise.resolve();

  constructor(options: PostgresOptions) {
    this.#options = options;
    this.#pool = new Pool({
      ...this.#connection(),
      max: options.maxConnections ?? 10,
      statement_timeout: statementTimeoutMs,
      query_timeout: answerTimeoutMs,
      idle_in_transaction_session_timeout: answerTimeoutMs,
    });
    // Whoever uses a connection hears of its end by the statement; an event that nobody hears would end the process. A lost
    // connection may emit several, in and out of use.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
    this.#statements = statementsOn(this.#pool);
  }

  async start(): Promise<void> {
    this.#look();
    await this.#looking;
  }

  notReady(): string | undefined {
    return this.#problem;
  }

  async query<Row extends object>(sql: string, values?: readonly unknown[]) {
    this.#requireTables();
    return this.#statements.query<Row>(sql, values);
  }

  transaction<T>(work: (transaction: PostgresTransaction) => Promise<T>): Promise<T> {
    this.#requireTables();
    return inTransaction(this.#pool, work);
  }

  session(options: SessionOptions): Promise<PostgresSession> {
    return openSession({ ...this.#connection(), query_timeout: answerTimeoutMs }, options);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    if (!this.#pool.ended) await this.#pool.end();
  }

  #connection(): ClientConfig {
    return {
      connectionString: this.#options.url,
      application_name: this.#options.name,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      types: typesInUse,
    };
  }

  #requireTables(): void {
    if (!this.#migrated) throw new ServiceError('DATABASE_UNAVAILABLE', this.#problem ?? 'the database is not ready');
  }

  /** Whether it answers, now and every two seconds. */
  #look(): void {
    this.#looking = this.#try().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.#look(), lookIntervalMs).unref();
    });
  }

  async #try(): Promise<void> {
    const { name, migrations } = this.#options;
    try {
      if (this.#migrated) await this.#statements.query('SELECT 1');
      else await inTransaction(this.#pool, (transaction) => migrate(transaction, name, migrations));
      this.#migrated = true;
      this.#answers();
    } catch (error) {
      this.#fails(ServiceError.from(error));
    }
  }

  #answers(): void {
    if (this.#problem !== undefined) this.#options.log.info('the database answers');
    this.#problem = undefined;
  }

  #fails({ code, message }: ServiceError): void {
    const problem = 'the database does not answer';
    if (this.#problem !== problem) this.#options.log.warn({ code, reason: message }, `${problem}; tried again`);
    this.#problem = problem;
  }
}

async function inTransaction<T>(pool: Pool, work: (transaction: PostgresTransaction) => Promise<T>): Promise<T> {
  const callbacks: (() => void)[] = [];
  const client = await carryOut(() => pool.connect());
  try {
    await carryOut(() => client.query('BEGIN'));
    const result = await work({ ...statementsOn(client), afterCommit: (callback) => void callbacks.push(callback) });
    await carryOut(() => client.query('COMMIT'));
    client.release();
    for (const callback of callbacks) callback();
    return result;
  } catch (error) {
    await rollBack(client);
    throw error;
  }
}

/** A connection on which not even this works is of no more use. */
async function rollBack(client: PoolClient): Promise<void> {
  await client.query('ROLLBACK').then(
    () => client.release(),
    () => client.release(true),
  );
}
