import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { everyFile } from '@millrace/nx-plugin/scratch-workspace';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** A folder as `git clone` makes it, of the working tree as it is now: everything git tracks or would, nothing installed. */
export interface FreshClone {
  readonly folder: string;
  /** This process's environment as a new terminal would have it there. */
  readonly env: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

export async function createFreshClone(): Promise<FreshClone> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-clone-'));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    for (const file of await everyFile()) await copy(file, folder);
    await commitAll(folder);
    return { folder, env: environment(), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function copy(file: string, folder: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await cp(join(root, file), join(folder, file), { verbatimSymlinks: true });
}

async function commitAll(cwd: string): Promise<void> {
  const author = ['-c', 'user.name=A reader', '-c', 'user.email=reader@example.org', '-c', 'commit.gpgsign=false'];
  await run('git', ['init', '--quiet', '--initial-branch', 'main'], { cwd });
  await run('git', ['add', '--all'], { cwd });
  await run('git', [...author, 'commit', '--quiet', '--message', 'as cloned'], { cwd });
}

/** Of this run: its test runner, its Nx, the npm script that started it, and the services of its tests. */
const ours =
  /^(VITEST|NX_|TEST|NODE_ENV$|NODE_OPTIONS$|npm_(lifecycle|package|command|node)|INIT_CWD$|JAEGER_|KAFKA_|OTEL_)/;

function environment(): NodeJS.ProcessEnv {
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((entry) => !entry.startsWith(join(root, 'node_modules')));
  const others = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(others), PATH: path.join(delimiter) };
}
