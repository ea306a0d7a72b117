import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apiToken } from './api-token.ts';
import { openDataDirectory } from './data-directory.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

it('a data directory belongs to one launcher at a time', () => {
  const path = join(temporaryFolder(), 'data');
  const first = openDataDirectory(path);
  expect(() => openDataDirectory(path)).toThrow(`Another launcher is running on ${path}.`);
  first.release();
  openDataDirectory(path).release();
});

it('a launcher that was killed leaves its data directory to the next', () => {
  const path = temporaryFolder();
  const module = join(import.meta.dirname, 'data-directory.ts');
  const script = `(await import(${JSON.stringify(module)})).openDataDirectory(${JSON.stringify(path)}); process.kill(process.pid, 'SIGKILL')`;
  expect(spawnSync(process.execPath, ['--input-type=module', '--eval', script]).signal).toBe('SIGKILL');
  openDataDirectory(path).release();
});

it('an API token stays the same in a data directory, differs between them, and only its owner may read it', () => {
  const path = temporaryFolder();
  const token = apiToken(path, 'analytics');
  expect(token).toMatch(/^[\w-]{32}$/);
  expect(apiToken(path, 'analytics')).toBe(token);
  expect(apiToken(path, 'notification')).not.toBe(token);
  expect(apiToken(temporaryFolder(), 'analytics')).not.toBe(token);
  expect(statSync(join(path, 'analytics-api-token')).mode & 0o777).toBe(0o600);
});
