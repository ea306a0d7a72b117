import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { packageFolders, readManifest, root } from './packages.ts';

/** What the linter says about a file. */
export interface Finding {
  readonly file: string;
  readonly rule: string;
  readonly message: string;
}

/** A copy of the workspace in a temporary folder: its packages, tags and rules, and of the code only what `lint` is given. */
export interface ScratchWorkspace {
  /** Lints the packages with these files in them, by path; each package also has a `src/index.ts`. */
  lint(files: Readonly<Record<string, string>>): Promise<readonly Finding[]>;
  remove(): Promise<void>;
}

const rules = ['nx.json', 'oxlint.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json', '.gitignore'];

/** Copies the workspace of this repository. */
export async function createScratchWorkspace(): Promise<ScratchWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-lint-'));
  const packages = await packageFolders();
  for (const file of rules) await cp(join(root, file), join(folder, file));
  await linkModules(folder, packages);
  return {
    lint: async (files) => {
      for (const path of packages) await copyPackage(path, folder);
      for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
      return lintWith(folder);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function copyPackage(path: string, folder: string): Promise<void> {
  const source = join(folder, path, 'src');
  await rm(source, { recursive: true, force: true });
  await mkdir(source, { recursive: true });
  await writeFile(join(folder, path, 'package.json'), await manifestWithoutOwn(path));
  await cp(join(root, path, 'tsconfig.json'), join(folder, path, 'tsconfig.json'));
  await writeFile(join(source, 'index.ts'), 'export const here = true;\n');
  if (path === 'tools/nx-plugin') await cp(join(root, path, 'src/index.ts'), join(source, 'index.ts'));
}

/** Without the workspace's own packages, so that the only way from one to another is an import of the test. */
async function manifestWithoutOwn(path: string): Promise<string> {
  const manifest = await readManifest(path);
  const thirdParty = Object.entries(manifest.dependencies ?? {}).filter(([name]) => !name.startsWith('@millrace/'));
  return JSON.stringify({ ...manifest, dependencies: Object.fromEntries(thirdParty), devDependencies: {} });
}

/** Third-party packages are those of the repository; the workspace's own are those of the copy. */
async function linkModules(folder: string, packages: readonly string[]): Promise<void> {
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@millrace'), { recursive: true });
  for (const name of await readdir(join(root, 'node_modules')))
    if (name !== '@millrace') await symlink(join(root, 'node_modules', name), join(modules, name));
  for (const path of packages) await symlink(join(folder, path), join(modules, '@millrace', basename(path)));
}

interface Report {
  readonly diagnostics: readonly { readonly filename: string; readonly code: string; readonly message: string }[];
}

async function lintWith(folder: string): Promise<readonly Finding[]> {
  // the layer rule reads the project graph that the last run of Nx has left
  await run(folder, 'nx', 'show', 'projects');
  const { diagnostics } = JSON.parse(await run(folder, 'oxlint', '--format=json')) as Report;
  return diagnostics.map(({ filename, code, message }) => ({ file: filename, rule: code, message }));
}

/** What the program printed. Findings make oxlint end with 1, which is no failure here. */
async function run(folder: string, program: string, ...args: string[]): Promise<string> {
  const bin = join(root, 'node_modules/.bin');
  const env = { ...withoutNx(process.env), PATH: `${bin}:${process.env['PATH']}`, NX_ISOLATE_PLUGINS: 'false' };
  try {
    return (await promisify(execFile)(join(bin, program), args, { cwd: folder, env })).stdout;
  } catch (error) {
    if (program === 'oxlint' && hasOutput(error)) return error.stdout;
    throw error;
  }
}

/** Started by Nx itself, this process knows of the real workspace. */
const withoutNx = (environment: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('NX_')));

const hasOutput = (error: unknown): error is { readonly stdout: string } =>
  typeof error === 'object' && error !== null && 'stdout' in error && error.stdout !== '';
