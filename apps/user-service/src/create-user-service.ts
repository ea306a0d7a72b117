import type { RecordProducer } from '@millrace/messaging';
import { createRelay, createSqliteOutbox, createSqliteOutboxStore, openSqlite } from '@millrace/outbox';
import type { HttpServer } from '@millrace/http-server';
import type { Component } from '@millrace/service';
import type { Logger } from '@millrace/telemetry';
import { createSqliteUserStore } from './create-sqlite-user-store.ts';
import { databaseComponent } from './database-component.ts';
import { createExpiry } from './expiry.ts';
import { hashPassword as argon2id, type HashPassword } from './hash-password.ts';
import { keptSecret } from './kept-secret.ts';
import { published } from './published.ts';
import { registerUserRoutes } from './register-user-routes.ts';
import { tables } from './tables.ts';
import { Users } from './users.ts';

export interface UserServiceOptions {
  /** One process at a time. */
  readonly databaseFile: string;
  /** @default the one kept beside the database */
  readonly idempotencySecret?: string | undefined;
  readonly producer: RecordProducer & Component;
  readonly http: HttpServer;
  readonly log: Logger;
  /** @default argon2id */
  readonly hashPassword?: HashPassword;
}

/** The parts of user-service, in the order in which they start: the relay stops before the producer, the database last. */
export function createUserService(options: UserServiceOptions): readonly Component[] {
  const { databaseFile, producer, http, log, hashPassword = argon2id } = options;
  const database = openSqlite({ file: databaseFile, migrations: tables });
  const relay = createRelay({ store: createSqliteOutboxStore(database), producer, log });
  const outbox = createSqliteOutbox({ ...published, onCommitted: relay.wake });
  const store = createSqliteUserStore({ database, outbox });
  const idempotencySecret = options.idempotencySecret ?? keptSecret(databaseFile);
  registerUserRoutes(http, new Users({ store, hashPassword, idempotencySecret }));
  return [databaseComponent(database), createExpiry({ store, log }), alwaysReady(producer), relay];
}

/** Registrations go on while Kafka is away, so its absence must not take the service out of the load balancer. */
function alwaysReady(component: Component): Component {
  return { name: component.name, start: () => component.start(), stop: () => component.stop() };
}
