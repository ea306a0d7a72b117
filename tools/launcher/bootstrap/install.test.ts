import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { executable } from '../src/testing/executable.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';

/** Stands in for npm: an installation like the lock file says, noted in `calls`. */
const installs = `const fs = require('node:fs');
fs.appendFileSync('calls', 'called\\n');
fs.mkdirSync('node_modules/node/bin', { recursive: true });
fs.writeFileSync('node_modules/node/bin/node', '');
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');`;

/** Complains as npm does. */
const complains = `console.error('npm error code EUSAGE\\nnpm error\\nnpm error not in sync\\nusage');
process.exitCode = 7;`;

it('installs once, also when several commands begin at the same time', async () => {
  const folder = prepare(installs);
  await Promise.all([install(folder), install(folder)]);
  await install(folder);
  expect(calls(folder)).toBe(1);
});

it('installs again when the lock file has changed, and when an installation was cut short', async () => {
  const folder = prepare(installs);
  await install(folder);
  lock(folder, '2.0.0');
  await install(folder);
  expect(calls(folder)).toBe(2);
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), '');
  await install(folder);
  expect(calls(folder)).toBe(3);
});

it('says what npm complained about, without its usage', async () => {
  const folder = prepare(complains);
  const { stderr } = await install(folder);
  const log = join(folder, '.millrace/logs/npm-ci.log');
  expect(stderr).toContain(
    `npm ci failed with exit code 7; all of its output: ${log}\n  | npm error code EUSAGE\n  | npm error not in sync\n`,
  );
});

it('says that npm is missing', async () => {
  const { stderr } = await install(prepare(undefined));
  expect(stderr).toContain('npm is missing, which comes with Node: install it, or put it on PATH.');
});

it('is not held up by an installation whose process has ended', async () => {
  const folder = prepare(installs);
  const { pid } = spawnSync(process.execPath, ['--eval', '']);
  mkdirSync(join(folder, '.millrace'));
  writeFileSync(join(folder, '.millrace/npm-ci.pid'), `${pid}`);
  await install(folder);
  expect(calls(folder)).toBe(1);
});

function prepare(npm: string | undefined): string {
  const folder = temporaryFolder();
  lock(folder, '1.0.0');
  if (npm !== undefined) executable(folder, 'npm', { js: npm });
  return folder;
}

function lock(folder: string, version: string): void {
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: { 'node_modules/pino': { version } } }));
}

function calls(folder: string): number {
  return readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').length;
}

/** In a process of its own, with nothing but `folder` on PATH. */
function install(folder: string): Promise<{ readonly stderr: string }> {
  const module = pathToFileURL(join(import.meta.dirname, 'install.js'));
  const script = `import { install } from ${JSON.stringify(module)};
    await install(${JSON.stringify(folder)}).catch((error) => console.error(error.message))`;
  const env = { ...process.env, PATH: folder };
  return new Promise((resolve) =>
    execFile(process.execPath, ['--input-type=module', '--eval', script], { env }, (_error, _stdout, stderr) =>
      resolve({ stderr }),
    ),
  );
}
