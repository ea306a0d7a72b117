import { join } from 'node:path';
import { runCommand } from '@millrace/launcher';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

it('three user-services on one PostgreSQL, killed in turn: every event is published, in order, under one id', async () => {
  const launcher = join(root, 'tools', 'launcher', 'bootstrap.js');
  const run = await runCommand(process.execPath, [launcher, 'bench', 'outbox', '--short'], {
    env: process.env,
    cwd: root,
    limitMs: 240_000,
  });
  expect(run.ok, run.lines.join('\n')).toBe(true);
  const figure = (name: string) => Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(run.output)?.[1]);
  expect(figure('kills')).toBeGreaterThan(0);
  expect(figure('published')).toBeGreaterThan(100);
  expect([figure('lost'), figure('made twice'), figure('out of order')]).toEqual([0, 0, 0]);
});
