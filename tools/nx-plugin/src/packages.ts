import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The part of a package.json that tests look at. */
export interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The package.json of a folder relative to the root; the root's own by default. */
export async function readManifest(folder = '.'): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

/** Every folder that holds a package of the workspace, relative to the root. */
export async function packageFolders(): Promise<readonly string[]> {
  const { workspaces = [] } = await readManifest();
  return (await Promise.all(workspaces.map(expand))).flat();
}

/** Every TypeScript file of a package, relative to the root. */
export async function sourceFiles(folder: string): Promise<readonly string[]> {
  const files = await readdir(join(root, folder), { recursive: true });
  return files
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
    .map((file) => join(folder, file));
}

async function expand(pattern: string): Promise<readonly string[]> {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = dirname(pattern);
  return (await readdir(join(root, parent))).map((name) => join(parent, name));
}
