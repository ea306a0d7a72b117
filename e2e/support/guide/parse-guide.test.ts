import { expect, it } from 'vitest';
import { parseGuide, type RunStep, typedLines } from './parse-guide.ts';

const fence = '```';
const block = (info: string, ...lines: readonly string[]) => [`${fence}${info}`, ...lines, fence, ''].join('\n');
const run = (step: Partial<RunStep>) => ({ kind: 'run', how: 'once', shows: [], ...step });

it('commands are steps, in order and with the line they are at', () => {
  const guide = `# Title\n\n${block('sh', 'npm ci', 'npm start')}\nThen:\n\n${block('sh repeat', 'curl x')}`;
  expect(parseGuide(guide)).toEqual([
    run({ line: 3, commands: 'npm ci\nnpm start' }),
    run({ line: 10, commands: 'curl x', how: 'repeat' }),
  ]);
});

it('what the text block after them has is what they print', () => {
  const guide = block('sh stays-up', 'npm start') + block('text', '1 of …', 'up');
  expect(parseGuide(guide)).toEqual([
    run({ line: 1, commands: 'npm start', how: 'stays-up', shows: ['1 of …', 'up'] }),
  ]);
});

it('TypeScript that names its file is written to it, without the name', () => {
  const guide = block('ts', '// apps/crm/src/call.ts', 'export const a = 1;', '', 'export const b = 2;');
  expect(parseGuide(guide)).toEqual([
    { kind: 'write', line: 1, file: 'apps/crm/src/call.ts', text: 'export const a = 1;\n\nexport const b = 2;\n' },
  ]);
});

it('other blocks are for the eye', () => {
  const shown = [block('ts', '// as it was', 'old();'), block('json', '{}'), block('console', '$ rm -r apps/crm')];
  expect(parseGuide(shown.join('\n'))).toEqual([]);
});

it.each([
  ['a mark that nobody knows', block('sh twice', 'ls'), 'line 1: sh blocks are marked repeat or stays-up, not twice'],
  ['text without commands before it', `\n${block('text', 'x')}`, 'line 2: a text block shows'],
  ['text after text', block('sh', 'ls') + block('text', 'x') + block('text', 'y'), 'line 7: a text block shows'],
  ['text after a file', block('ts', '// a/b.ts', 'x();') + block('text', 'x'), 'line 5: a text block shows'],
])('%s is refused, with its line', (_, guide, message) => {
  expect(() => parseGuide(guide)).toThrow(message);
});

it('every line of every file counts as written by hand, empty ones, too, and commands do not', () => {
  const guide =
    block('ts', '// a/one.ts', 'a();', '', 'b();') + block('sh', 'ls', 'ls') + block('ts', '// a/two.ts', 'c();');
  expect(typedLines(parseGuide(guide))).toBe(4);
});
