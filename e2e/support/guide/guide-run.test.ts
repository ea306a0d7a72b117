import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { GuideRun } from './guide-run.ts';
import type { GuideStep, RunStep } from './parse-guide.ts';

const sh = (commands: string, step: Partial<RunStep> = {}): RunStep => ({
  kind: 'run',
  line: 1,
  commands,
  how: 'once',
  shows: [],
  ...step,
});

/** A reader in an empty folder. */
async function reader() {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-guide-'));
  const run = new GuideRun({ folder, env: { ...process.env, WHO: 'reader' } });
  onTestFinished(async () => {
    await run.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const contents = async (file: string) => (await readFile(join(folder, file), 'utf8')).trim();
  return { run, contents, follow: (...steps: readonly GuideStep[]) => run.follow(steps) };
}

it('commands run in the folder one after the other, and files are written in between', async () => {
  const { follow, contents } = await reader();
  const write = { kind: 'write', line: 2, file: 'src/a/b.txt', text: 'typed\n' } as const;
  await follow(sh('echo $WHO > who'), write, sh('cat src/a/b.txt who > both'));
  expect(await contents('both')).toBe('typed\nreader');
});

it.each([
  ['fails, with what it printed', sh('echo half\nfalse\necho whole', { line: 7 }), /^line 7 ended with 1:[^]*half\n$/],
  ['does not print what is shown', sh('echo 2 failed', { shows: ['2 passed'] }), /^line 1 did not print "2 passed":/],
  ['ends although it stays up', sh('echo up', { how: 'stays-up', shows: ['up'] }), /^line 1 ended:/],
])('a step that %s is the end', async (_, step, message) => {
  const { follow, contents } = await reader();
  await expect(follow(step, sh('touch after'))).rejects.toThrow(message);
  await expect(contents('after')).rejects.toThrow('ENOENT');
});

it('commands to repeat run until they print what is shown, whether they fail before or print something else', async () => {
  const { follow, contents } = await reader();
  const count = 'echo x >> runs\nn=$(wc -l < runs)\n[ $n -gt 1 ]\necho $n runs';
  await follow(sh(count, { how: 'repeat', shows: ['3 runs'] }));
  expect(await contents('runs')).toBe('x\nx\nx');
});

it('what stays up is waited for, goes on beside the next steps, and ends with the guide', async () => {
  const { run, follow, contents } = await reader();
  const server = "trap 'echo stopped > end' INT\necho $$ > pid\necho ready\nsleep 600 || true";
  await follow(sh(server, { how: 'stays-up', shows: ['ready'] }), sh('kill -0 $(cat pid) && echo beside > beside'));
  expect(await contents('beside')).toBe('beside');
  await run.stop();
  expect(await contents('end')).toBe('stopped');
});
