import { randomUUID } from 'node:crypto';
import type { OutgoingRecord } from '@millrace/messaging';
import { type ServiceOptions, startService } from '@millrace/service';
import { config } from './config.ts';
import { createUserService } from './create-user-service.ts';
import type { HashPassword } from './hash-password.ts';

export interface TestServiceOptions {
  /** Where users.db is. */
  readonly directory: string;
  /** @default that file */
  readonly databaseUrl?: string;
  /** @default 'silent' */
  readonly logLevel?: string;
  readonly hashPassword?: HashPassword;
  readonly idempotencySecret?: string;
  readonly spanProcessors?: NonNullable<ServiceOptions<typeof config>['spanProcessors']>;
}

/** The service on a free port, with a Kafka that takes everything and is never ready. */
export interface TestService {
  readonly url: string;
  /** What Kafka has got. */
  readonly sent: readonly OutgoingRecord[];
  post(body: unknown, key?: string): Promise<Response>;
  patch(userId: string, body: unknown, key?: string): Promise<Response>;
  stop(): Promise<void>;
}

export const newUser = (changes: object = {}) => {
  const name = randomUUID().slice(0, 8);
  return { username: name, email: `${name}@example.org`, password: `secret of ${name}`, ...changes };
};

export async function startTestService({
  directory,
  databaseUrl = `file:${directory}/users.db`,
  logLevel = 'silent',
  spanProcessors = [],
  ...options
}: TestServiceOptions): Promise<TestService> {
  const sent: OutgoingRecord[] = [];
  const producer = {
    name: 'producer',
    send: async (records: readonly OutgoingRecord[]) => void sent.push(...records),
    start: async () => undefined,
    notReady: () => 'Kafka is away',
    stop: async () => undefined,
  };
  const service = await startService({
    name: 'user-service',
    config,
    spanProcessors,
    environment: { PORT: '0', LOG_LEVEL: logLevel, DATABASE_URL: databaseUrl },
    build: ({ config: { DATABASE_URL: database, OUTBOX_SHARDS: shards }, http, log }) => {
      const producers = { createProducer: () => producer, createFencedProducer: () => producer };
      return createUserService({ database, shards, ...producers, http, log, ...options });
    },
  });
  const request = (method: string, path: string, body: unknown, key?: string) =>
    fetch(`${service.url}${path}`, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
    });
  return {
    url: service.url,
    sent,
    post: (body, key) => request('POST', '/users', body, key),
    patch: (userId, body, key) => request('PATCH', `/users/${userId}`, body, key),
    stop: async () => void (await service.stop()),
  };
}
