import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres as Server, startPostgres } from '@millrace/launcher';
import { createInMemoryIdempotencyStore, type IdempotencyStore } from '@millrace/messaging';
import { openSqlite } from '@millrace/outbox';
import {
  createPostgresIdempotencyStore,
  createSqliteIdempotencyStore,
  postgresIdempotencyTable,
  sqliteIdempotencyTable,
} from '@millrace/outbox/idempotency';
import { openPostgres } from '@millrace/postgres';
import { createLogger } from '@millrace/telemetry';

/** A store on a database of its own; none is what a handler costs without. */
export interface OpenStore {
  readonly label: string;
  readonly store: IdempotencyStore | undefined;
  close(): Promise<void>;
}

/** Each store, and none, to be closed by whoever opened them. */
export async function openStores(): Promise<readonly OpenStore[]> {
  const none = { label: 'without', store: undefined, close: async () => undefined };
  const memory = { label: 'memory', store: createInMemoryIdempotencyStore(), close: async () => undefined };
  return [none, memory, await openInSqlite(), await openInPostgres()];
}

async function openInSqlite(): Promise<OpenStore> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-idempotency-'));
  const database = openSqlite({ file: join(folder, 'keys.db'), migrations: [sqliteIdempotencyTable] });
  return {
    label: 'SQLite',
    store: createSqliteIdempotencyStore(database),
    close: async () => {
      database.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** With the server's own settings: a commit waits for the disk. */
async function openInPostgres(): Promise<OpenStore> {
  const server: Server = await startPostgres();
  const log = createLogger({ service: 'benchmark', level: 'silent' });
  const database = openPostgres({ url: server.url, name: 'benchmark', migrations: [postgresIdempotencyTable], log });
  await database.start();
  return {
    label: 'PostgreSQL',
    store: createPostgresIdempotencyStore(database),
    close: async () => {
      await database.stop();
      await server.close();
    },
  };
}
