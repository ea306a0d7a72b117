import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteOutbox, openSqlite } from '@millrace/outbox';
import { createLogger } from '@millrace/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSqliteUserStore } from './create-sqlite-user-store.ts';
import { createExpiry } from './expiry.ts';
import { published } from './published.ts';
import { tables } from './tables.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const lines: string[] = [];
const log = createLogger({ service: 'test', destination: { write: (line) => lines.push(line) } });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('expired answers', () => {
  it('are removed from the database within a minute, and no others', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-expiry-'));
    const database = openSqlite({ file: join(directory, 'users.db'), migrations: tables });
    const outbox = createSqliteOutbox({ ...published, onCommitted: () => undefined });
    const store = createSqliteUserStore({ database, outbox });
    const keep = (key: string) =>
      store.changeEmail(
        { userId: 'nobody', email: 'a@example.org', changedAt: '' },
        { key, hash: Buffer.from('hash') },
      );
    const keys = () =>
      database
        .prepare('SELECT idempotency_key AS key FROM kept_answers')
        .all()
        .map(({ key }) => key);

    const expiry = createExpiry({ store, log });
    await expiry.start();
    await keep('old');
    await vi.advanceTimersByTimeAsync(dayMs - 60_000);
    await keep('young');
    expect(keys()).toEqual(['old', 'young']);
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    expect(keys()).toEqual(['young']);
    await expiry.stop();
    database.close();
    rmSync(directory, { recursive: true });
  });

  it('are tried again a minute after a failure', async () => {
    const removeExpired = vi
      .fn<() => Promise<number>>()
      .mockRejectedValueOnce(new Error('disk full'))
      .mockResolvedValue(0);
    const expiry = createExpiry({ store: { removeExpired }, log });
    await expiry.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(removeExpired).toHaveBeenCalledTimes(2);
    expect(lines.join('')).toContain('disk full');
    await expiry.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(removeExpired).toHaveBeenCalledTimes(2);
  });
});
