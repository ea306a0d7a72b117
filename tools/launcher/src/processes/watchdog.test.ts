import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isAlive } from '../testing/is-alive.ts';
import { startProcess } from './start-process.ts';

it.each(['exit', 'exception', 'SIGKILL'])('processes end with the launcher when it ends by %s', async (way) => {
  const main = join(import.meta.dirname, '..', 'testing', 'start-and-die.ts');
  const { stdout } = spawnSync(process.execPath, [main, way], { encoding: 'utf8' });
  const pid = Number(stdout.trim());
  expect(pid).toBeGreaterThan(0);
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
});

it('a command that cannot be started is an error, and a process that has ended is not signalled', async () => {
  const options = { args: [], env: {}, stdio: 'ignore' } as const;
  await expect(startProcess({ ...options, command: '/nowhere/to/be/found' })).rejects.toThrow('ENOENT');
  const { exited, signal } = await startProcess({ ...options, command: process.execPath, args: ['--eval', ''] });
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(() => signal('SIGTERM')).not.toThrow();
});
