import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** Short, and another one when one of the files, or what they are built `by`, changes. */
export async function sourceHash(files: readonly string[], by = ''): Promise<string> {
  const hash = createHash('sha256').update(by);
  for (const file of files.toSorted()) hash.update(`\0${basename(file)}\0`).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}
