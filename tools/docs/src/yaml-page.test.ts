import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { yamlPage } from './yaml-page.ts';

const lines = (document: object) => yamlPage(document, 'a test').split('\n').slice(1);

it('a generated YAML page says in its first line what made it and from what', () => {
  expect(yamlPage({ a: 1 }, 'the code')).toBe(
    '# Written by `npm run docs` from the code; `npm run check` compares.\na: 1\n',
  );
});

it('what is in two places is written twice, without an alias', () => {
  const shared = { type: 'string' };
  expect(lines({ one: shared, other: shared })).toEqual(['one:', '  type: string', 'other:', '  type: string', '']);
});

it('text that an older reader would take for a time or a boolean is quoted', () => {
  expect(lines({ at: '2026-11-21T12:00:00.000Z', on: 'no' })).toEqual([
    "at: '2026-11-21T12:00:00.000Z'",
    "'on': 'no'",
    '',
  ]);
});

it('a long text stays on one line, so that a change of a word is a change of one line', () => {
  const text = 'word '.repeat(100).trim();
  expect(lines({ text })).toEqual([`text: ${text}`, '']);
  expect(parse(yamlPage({ text }, 'a test'))).toEqual({ text });
});
