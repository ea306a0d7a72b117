import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { stillRunning } from '../npm-start.ts';
import { until } from '../until.ts';
import { Terminal } from './terminal.ts';

/** A terminal with these commands, once it shows the id of a process in it. */
async function terminalWith(commands: string, stopLimitMs?: number) {
  const options = { folder: tmpdir(), env: process.env, ...(stopLimitMs !== undefined && { stopLimitMs }) };
  const terminal = new Terminal(commands, options);
  onTestFinished(() => terminal.stop());
  const pidIn = () => Number(/pid=(\d+)/.exec(terminal.output)?.[1]);
  const pid = await until('the id of a process', pidIn, (found) => found > 0);
  return { terminal, pid };
}

/** A process closes what it writes to just before it is gone. */
const untilGone = (pid: number) =>
  until(
    'a process to be gone',
    () => stillRunning([pid]),
    (left) => left.length === 0,
  );

it('Ctrl-C reaches everything in it, and is waited for', async () => {
  const child = `bash -c 'echo pid=$$; exec sleep 600'`;
  const { terminal, pid } = await terminalWith(`trap 'echo stopped; exit 3' INT\n${child}`);
  await terminal.stop();
  expect(await terminal.exited).toBe(3);
  expect(terminal.output).toContain('stopped');
  expect(await untilGone(pid)).toEqual([]);
});

it('what does not stop is killed in the end, though its bash has gone', async () => {
  // A background process of a shell does not hear Ctrl-C.
  const { terminal, pid } = await terminalWith('sleep 600 & echo pid=$!', 50);
  await until('bash to end', () => terminal.ended, Boolean);
  expect(stillRunning([pid])).toHaveLength(1);
  await terminal.stop();
  expect(await untilGone(pid)).toEqual([]);
});

it('may be stopped when it has ended by itself', async () => {
  const { terminal } = await terminalWith('echo pid=$$; echo both >&2');
  expect(await terminal.exited).toBe(0);
  await terminal.stop();
  expect(terminal.output).toContain('both');
});

it('that cannot be opened ends, and says why', async () => {
  const terminal = new Terminal('true', { folder: '/no/such/folder', env: process.env });
  expect(await terminal.exited).toBe(127);
  expect(terminal.output).toContain('ENOENT');
});
