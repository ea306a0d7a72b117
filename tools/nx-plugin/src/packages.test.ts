import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Manifest, packageFolders, readManifest, root, sourceFiles } from './packages.ts';

const folders = await packageFolders();
const exactVersion = /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;

describe('the packages of the workspace', () => {
  it('pin every dependency to one version', async () => {
    const manifests = await Promise.all(['.', ...folders].map(readManifest));
    const loose = manifests.flatMap(dependenciesOf).filter(([, version]) => !exactVersion.test(version));
    expect(loose).toEqual([]);
  });

  it('name as dependencies what they import from each other', async () => {
    const undeclared = (await Promise.all(folders.map(undeclaredImports))).flat();
    expect(undeclared).toEqual([]);
  });

  it('use what is there for tests in tests alone: no image has it', async () => {
    const files = (await Promise.all(folders.map(sourceFiles))).flat().filter((file) => !isForTests(file));
    const imports = (await Promise.all(files.map(importsOf))).flat();
    expect(imports.length).toBeGreaterThan(0);
    const forTests = imports.filter(({ name, entry = name }) => ['testing', '@millrace/testing'].includes(entry));
    expect(forTests).toEqual([]);
  });

  it('get Nx and its packages in one version', async () => {
    const nx = dependenciesOf(await readManifest()).filter(([name]) => name === 'nx' || name.startsWith('@nx/'));
    expect(new Set(nx.map(([, version]) => version)).size).toBe(1);
  });
});

describe('the lock file', () => {
  it('names no registry host', async () => {
    const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as LockFile;
    const entries = Object.entries(packages);
    expect(entries.length).toBeGreaterThan(folders.length);
    expect(entries.filter(([, { resolved }]) => resolved?.includes(':'))).toEqual([]);
  });
});

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly resolved?: string }>>;
}

function dependenciesOf({ dependencies, devDependencies }: Manifest): readonly [name: string, version: string][] {
  return Object.entries({ ...dependencies, ...devDependencies });
}

async function undeclaredImports(folder: string): Promise<readonly string[]> {
  const manifest = await readManifest(folder);
  const known = new Set([manifest.name, ...dependenciesOf(manifest).map(([name]) => name)]);
  const imports = (await Promise.all((await sourceFiles(folder)).map(importsOf))).flat();
  return imports.filter(({ name }) => !known.has(name)).map(({ file, name }) => `${file}: ${name}`);
}

/** What .dockerignore leaves out of images, what runs in none, and what of libs/testing only tests and tools use. */
const isForTests = (file: string) =>
  /\.test(-support)?\.ts$|\/src\/testing\/|^(e2e|benchmarks|tools)\//.test(file) ||
  /^libs\/testing\/src\/(consumer-harness|guarantees|in-memory-broker|record-source-suite|simulator)\//.test(file);

interface Import {
  readonly file: string;
  readonly name: string;
  /** After the name: `testing` in `@millrace/messaging/testing`. */
  readonly entry: string | undefined;
}

async function importsOf(file: string): Promise<readonly Import[]> {
  const text = await readFile(join(root, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export|\} from)\b.*?'(@millrace\/[\w-]+)(?:\/([\w-]+))?'/gm);
  return [...statements].map(([, name, entry]) => ({ file, name: name!, entry }));
}
