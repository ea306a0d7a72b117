import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageFolders, root, sourceFiles } from './packages.ts';

const silencer = /(oxlint|eslint)-disable|@ts-(ignore|expect-error|nocheck)/;
const withReason = /(oxlint-disable(-next-line|-line)? [\w@/-]+(, [\w@/-]+)* -- |@ts-expect-error )\S{2,}/;

it('no rule is silenced anywhere without its name and a reason beside it', async () => {
  const files = (await Promise.all((await packageFolders()).map(sourceFiles))).flat();
  const lines = (await Promise.all(files.filter((file) => !isThisFile(file)).map(linesOf))).flat();
  expect(lines.filter((line) => silencer.test(line) && !withReason.test(line))).toEqual([]);
});

const isThisFile = (file: string) => import.meta.filename.endsWith(file);

async function linesOf(file: string): Promise<readonly string[]> {
  const text = await readFile(join(root, file), 'utf8');
  return text.split('\n').map((line, index) => `${file}:${index + 1}: ${line.trim()}`);
}
