import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { metricNames } from './names.ts';

it('docs/observing.md tells what each metric means, and of no other', async () => {
  const page = await readFile(new URL('../../../docs/observing.md', import.meta.url), 'utf8');
  const rows = page.matchAll(/^\| `(millrace_\w+)` /gm);
  const told = Array.from(rows, ([, name = '']) => name.replace(/_total$/, ''));
  const named = Object.values(metricNames).map((name) => name.replaceAll('.', '_'));
  expect(told.toSorted()).toEqual(named.toSorted());
});
