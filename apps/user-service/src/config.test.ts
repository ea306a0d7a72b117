import { loadConfig } from '@millrace/service';
import { describe, expect, it } from 'vitest';
import { config } from './config.ts';

describe('the configuration of user-service', () => {
  it('needs nothing to be said', () => {
    expect(loadConfig(config, {})).toEqual({
      PORT: 8081,
      KAFKA_BROKERS: ['127.0.0.1:9092'],
      DATABASE_URL: { kind: 'sqlite', file: '.millrace/users.db' },
      OUTBOX_SHARDS: 6,
      IDEMPOTENCY_SECRET: undefined,
    });
  });

  it.each(['file:data/users.db', 'file:/data/users.db'])('takes %s as database', (url) => {
    const address = { kind: 'sqlite', file: url.replace('file:', '') };
    expect(loadConfig(config, { DATABASE_URL: url })).toMatchObject({ DATABASE_URL: address });
  });

  it.each(['postgres://ada:secret@db:5432/users', 'postgresql://db/users?sslmode=verify-full'])(
    'takes %s as database',
    (url) => {
      expect(loadConfig(config, { DATABASE_URL: url })).toMatchObject({ DATABASE_URL: { kind: 'postgres', url } });
    },
  );

  it.each(['mysql://db/users', 'users.db', 'file:', 'postgres://'])(
    'refuses %s as database, and says what there is',
    (url) => {
      expect(() => loadConfig(config, { DATABASE_URL: url })).toThrow(
        /DATABASE_URL: is file:<path> of a SQLite file, or post/,
      );
    },
  );

  it('does not show the password of a database whose URL is wrong', () => {
    const load = () => loadConfig(config, { DATABASE_URL: 'postgres://ada:hunt/er2@db:port/users' });
    expect(load).toThrow(/DATABASE_URL: is no URL/);
    expect(load).not.toThrow(/hunt|er2/);
  });

  it('refuses a secret that could be guessed, without showing it', () => {
    const load = () => loadConfig(config, { IDEMPOTENCY_SECRET: 'hunter2' });
    expect(load).toThrow(/IDEMPOTENCY_SECRET: has at least 32 characters/);
    expect(load).not.toThrow(/hunter2/);
  });
});
