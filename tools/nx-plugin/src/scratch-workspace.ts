import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { packageFolders, root } from './packages.ts';

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of this workspace, or of a part of it, in a temporary folder. */
export interface ScratchWorkspace {
  readonly folder: string;
  /** Runs a program of node_modules/.bin in it to its end, with an environment that knows nothing of the real workspace. */
  run(program: string, ...args: string[]): Promise<Ended>;
  remove(): Promise<void>;
}

/** Copies these files. Third-party packages are those of the repository; the workspace's own are those of the copy. */
export async function createScratchWorkspace(files: readonly string[]): Promise<ScratchWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-scratch-'));
  for (const file of files) await cp(join(root, file), join(folder, file), { verbatimSymlinks: true });
  await linkModules(folder);
  return {
    folder,
    run: (program, ...args) => run(folder, program, args),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Every file that git tracks, or would if it were added now. */
export async function everyFile(): Promise<readonly string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await promisify(execFile)('git', args, { cwd: root, maxBuffer: 1e8 });
  return stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
}

async function linkModules(folder: string): Promise<void> {
  const packages = await packageFolders();
  for (const path of ['.', ...packages]) await linkThirdParty(path, folder);
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@millrace'));
  for (const path of packages) await symlink(join(folder, path), join(modules, '@millrace', basename(path)));
  await cp(join(root, 'node_modules/.package-lock.json'), join(modules, '.package-lock.json'));
}

/** What npm has put into a package. Hidden files are what tools keep there, or npm: the copy gets its own. */
async function linkThirdParty(path: string, folder: string): Promise<void> {
  const [from, to] = [join(root, path, 'node_modules'), join(folder, path, 'node_modules')];
  if (!existsSync(from)) return;
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from))
    if (name === '.bin' || !/^(\.|@millrace$)/.test(name)) await symlink(join(from, name), join(to, name));
}

async function run(folder: string, program: string, args: readonly string[]): Promise<Ended> {
  const bin = join(root, 'node_modules/.bin');
  const env = {
    ...independent(process.env),
    PATH: `${bin}:${process.env['PATH']}`,
    NX_ISOLATE_PLUGINS: 'false',
    NO_COLOR: '1',
  };
  try {
    return { code: 0, ...(await promisify(execFile)(join(bin, program), args, { cwd: folder, env, maxBuffer: 1e8 })) };
  } catch (error) {
    if (hasEnded(error)) return error;
    throw error;
  }
}

/** Started by Nx itself, this process knows of the real workspace; being a test, of its own run. */
const independent = (environment: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(NX|VITEST|FORCE_COLOR)(_|$)/.test(name)));

const hasEnded = (error: unknown): error is Ended =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number';
