import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { planted } from './plant-bug.ts';
import { plantedBugs } from './planted-bugs.ts';

const root = new URL('../../../../../', import.meta.url);

it.each(plantedBugs.map((bug) => [bug.name, bug] as const))('%s finds its place in the code', (_, bug) => {
  const files = new Set(bug.changes.map(({ file }) => file));
  for (const file of files) {
    const source = readFileSync(new URL(file, root), 'utf8');
    const changes = bug.changes.filter((change) => change.file === file);
    expect(planted(bug, source, changes)).not.toBe(source);
  }
});

it('each has a name of its own', () => {
  expect(new Set(plantedBugs.map(({ name }) => name)).size).toBe(plantedBugs.length);
});

it('refuses a text that is not there, or there twice', () => {
  const change = { file: 'a.ts', text: 'x', replacement: 'y' };
  expect(() => planted({ name: 'bug' }, 'abc', [change])).toThrow(
    'bug replaces a text that is 0 times in a.ts, not once',
  );
  expect(() => planted({ name: 'bug' }, 'axbx', [change])).toThrow('2 times');
  expect(planted({ name: 'bug' }, 'axb', [change])).toBe('ayb');
});
