import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The bearer token for `api` in this data directory: random, made when first asked for, in a file only its owner may read. */
export function apiToken(dataDir: string, api: string): string {
  const file = join(dataDir, `${api}-api-token`);
  try {
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
}
