import type { HttpServer } from '@millrace/http-server';
import type { Component } from '@millrace/service';
import { createExpiry } from './expiry.ts';
import { hashPassword as argon2id, type HashPassword } from './hash-password.ts';
import { openStorage, type StorageOptions } from './open-storage.ts';
import { registerUserRoutes } from './register-user-routes.ts';
import { Users } from './users.ts';

export interface UserServiceOptions extends StorageOptions {
  readonly http: HttpServer;
  /** @default argon2id */
  readonly hashPassword?: HashPassword;
}

/** The parts of user-service, in the order in which they start: what publishes stops first, the database last. */
export function createUserService(options: UserServiceOptions): readonly Component[] {
  const { http, log, hashPassword = argon2id } = options;
  const { store, idempotencySecret, database, relay } = openStorage(options);
  registerUserRoutes(http, new Users({ store, hashPassword, idempotencySecret }));
  return [database, createExpiry({ store, log }), ...relay];
}
