import { type RecordProducer, ServiceError } from '@millrace/messaging';
import {
  createCommitNotifier,
  type CreateFencedProducer,
  createPostgresOutbox,
  createPostgresOutboxStore,
  createPostgresShardClaims,
  createRelay,
  createShardedRelay,
  createSqliteOutbox,
  createSqliteOutboxStore,
  openSqlite,
} from '@millrace/outbox';
import { openPostgres } from '@millrace/postgres';
import type { Component } from '@millrace/service';
import type { Logger } from '@millrace/telemetry';
import { createPostgresUserStore } from './create-postgres-user-store.ts';
import { createSqliteUserStore } from './create-sqlite-user-store.ts';
import type { DatabaseAddress } from './database-address.ts';
import { databaseComponent } from './database-component.ts';
import { keptSecret } from './kept-secret.ts';
import { postgresTables } from './postgres-tables.ts';
import { published } from './published.ts';
import { tables } from './tables.ts';
import type { UserStore } from './user-store.ts';

export interface StorageOptions {
  readonly database: DatabaseAddress;
  /** On PostgreSQL: as many relays can work side by side. The first process to make the tables decides. */
  readonly shards: number;
  /** @default on SQLite, the one kept beside the database */
  readonly idempotencySecret?: string | undefined;
  readonly createProducer: () => RecordProducer & Component;
  readonly createFencedProducer: CreateFencedProducer;
  readonly log: Logger;
}

/** Where users are, and how their events leave. */
export interface Storage {
  readonly store: UserStore;
  readonly idempotencySecret: string;
  /** To be started before all that uses the store. */
  readonly database: Component;
  /** What publishes, in the order of starting. */
  readonly relay: readonly Component[];
}

/** On a SQLite file, of which this is the only process, or on a PostgreSQL that several may share. */
export function openStorage(options: StorageOptions): Storage {
  const { database } = options;
  return database.kind === 'sqlite' ? onSqlite(database.file, options) : onPostgres(database.url, options);
}

function onSqlite(file: string, { idempotencySecret, createProducer, log }: StorageOptions): Storage {
  const database = openSqlite({ file, migrations: tables });
  const producer = createProducer();
  const relay = createRelay({ store: createSqliteOutboxStore(database), producer, log });
  const outbox = createSqliteOutbox({ ...published, onCommitted: relay.wake });
  return {
    store: createSqliteUserStore({ database, outbox }),
    idempotencySecret: idempotencySecret ?? keptSecret(file),
    database: databaseComponent(database),
    relay: [alwaysReady(producer), relay],
  };
}

function onPostgres(url: string, { idempotencySecret, createFencedProducer, shards, log }: StorageOptions): Storage {
  if (idempotencySecret === undefined) throw secretMissing();
  const database = openPostgres({ url, name: 'user-service', migrations: postgresTables(shards), log });
  const relay = createShardedRelay({
    claims: createPostgresShardClaims(database),
    storeOf: (shard) => createPostgresOutboxStore(database, shard),
    createProducer: createFencedProducer,
    log,
  });
  const store = createPostgresUserStore({
    database,
    outbox: createPostgresOutbox({ ...published, onCommitted: createCommitNotifier(database) }),
  });
  return { store, idempotencySecret, database, relay: [relay] };
}

/** In the database itself it would be of no use: see `hashRequest`. */
function secretMissing(): ServiceError {
  return new ServiceError(
    'CONFIG_INVALID',
    'IDEMPOTENCY_SECRET is required on PostgreSQL, the same for every process; make one with `openssl rand -base64 32`',
  );
}

/** Registrations go on while Kafka is away, so its absence must not take the service out of the load balancer. */
function alwaysReady(component: Component): Component {
  return { name: component.name, start: () => component.start(), stop: () => component.stop() };
}
