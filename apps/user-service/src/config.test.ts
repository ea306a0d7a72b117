import { loadConfig } from '@millrace/service';
import { describe, expect, it } from 'vitest';
import { config } from './config.ts';

describe('the configuration of user-service', () => {
  it('needs nothing to be said', () => {
    expect(loadConfig(config, {})).toEqual({
      PORT: 8081,
      KAFKA_BROKERS: ['127.0.0.1:9092'],
      DATABASE_URL: '.millrace/users.db',
      IDEMPOTENCY_SECRET: undefined,
    });
  });

  it.each(['file:data/users.db', 'file:/data/users.db'])('takes %s as database', (url) => {
    expect(loadConfig(config, { DATABASE_URL: url })).toMatchObject({ DATABASE_URL: url.replace('file:', '') });
  });

  it.each(['postgres://db/users', 'users.db', 'file:'])('refuses %s as database, and says what there is', (url) => {
    expect(() => loadConfig(config, { DATABASE_URL: url })).toThrow(/DATABASE_URL: .*PostgreSQL is not supported yet/);
  });

  it('refuses a secret that could be guessed, without showing it', () => {
    const load = () => loadConfig(config, { IDEMPOTENCY_SECRET: 'hunter2' });
    expect(load).toThrow(/IDEMPOTENCY_SECRET: has at least 32 characters/);
    expect(load).not.toThrow(/hunter2/);
  });
});
