import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { isAlive } from '../src/testing/is-alive.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { chooseNode } from './hand-over.js';

const handOver = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'hand-over.js')));

it('arguments and exit code pass through', () => {
  const { stdout, status } = spawnSync(
    process.execPath,
    script('console.log(...process.argv.slice(2)); process.exit(3)'),
  );
  expect({ stdout: String(stdout), status }).toEqual({ stdout: 'one two\n', status: 3 });
});

it('the packages’ commands and the Node that runs come first on PATH', () => {
  const { stdout } = spawnSync(process.execPath, script('console.log(process.env.PATH)'));
  expect(String(stdout)).toMatch(new RegExp(`^${join(chooseNode('/root'), '..')}:[^:]+/node_modules/\\.bin:`));
});

it.each([
  ['SIGINT', 'exits in its own way', `process.on('SIGINT', () => process.exit(7))`, 7],
  ['SIGTERM', 'is ended by it', '', 143],
] as const)('%s reaches what runs, which %s', async (signal, _how, onSignal, code) => {
  const child = start(`${onSignal}; setInterval(() => {}, 1_000); console.log(process.pid)`);
  await once(child.stdout, 'data');
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([code, null]);
});

it('what runs is ended when the npm that began it all is killed', async () => {
  const script = `setInterval(() => {}, 1_000); console.log(process.pid)`;
  const npm = start(script, { npm_lifecycle_event: 'start' }, 'as a child of npm');
  const [pid] = (await once(npm.stdout, 'data')) as [Buffer];
  npm.kill('SIGKILL');
  await expect.poll(() => isAlive(Number(pid)), { timeout: 5_000 }).toBe(false);
});

/** Node's arguments for handing over to `main`. */
function script(main: string): readonly string[] {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'main.cjs'), main);
  const code = `const { handOver } = await import(${handOver});
    process.exitCode = await handOver(${JSON.stringify(folder)}, 'main.cjs', ['one', 'two']);`;
  return ['--input-type=module', '--eval', code];
}

function start(main: string, env: Record<string, string> = {}, how: 'alone' | 'as a child of npm' = 'alone') {
  const args = script(main);
  const npm = `require('node:child_process').spawn(process.execPath, ${JSON.stringify(args)}, { stdio: 'inherit' })`;
  const child = spawn(process.execPath, how === 'alone' ? args : ['--eval', npm], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
