import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './root.ts';

/** What the root package.json says of the whole. */
export interface Project {
  readonly version: string;
  readonly license: string;
}

export async function readProject(): Promise<Project> {
  return JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Project;
}
