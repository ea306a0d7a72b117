import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const secretBytes = 32;

/**
 * The secret kept beside a database, in `<database file>.key`, readable by its owner alone; made at the first call. Whoever
 * backs up the database should not put the key into the same place.
 */
export function keptSecret(databaseFile: string): string {
  const file = `${databaseFile}.key`;
  if (!existsSync(file)) create(file);
  return readFileSync(file, 'utf8');
}

/** Under another name first: a crash in between must not leave half a key. */
function create(file: string): void {
  const secret = randomBytes(secretBytes).toString('base64url');
  writeFileSync(`${file}.new`, secret, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}
