import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptSecret } from './kept-secret.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-secret-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('the secret beside a database', () => {
  it('is made once, for its owner alone', () => {
    const file = join(directory, 'users.db');
    const secret = keptSecret(file);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(statSync(`${file}.key`).mode & 0o777).toBe(0o600);
    expect(keptSecret(file)).toBe(secret);
  });

  it('is another one for each database', () => {
    expect(keptSecret(join(directory, 'a.db'))).not.toBe(keptSecret(join(directory, 'b.db')));
  });
});
