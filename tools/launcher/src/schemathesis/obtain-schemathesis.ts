import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import type { Environment } from '../environment.ts';
import { LaunchError } from '../launch-error.ts';
import { runCommand } from '../processes/run-command.ts';
import { tracked, type OnProgress } from '../progress.ts';
import { root } from '../root.ts';
import { findPython, type Python } from './find-python.ts';

const requirements = join(root, 'tools', 'schemathesis', 'requirements.txt');
const what = 'schemathesis, by pip (40 MB, once)';

export interface ObtainSchemathesisOptions {
  readonly env: Environment;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The Python of a virtual environment in the user's cache that has schemathesis, made where it is missing. It gets its name
 * only when it is complete; two may be made at once, and the first to be complete wins.
 */
export async function obtainSchemathesis({ env, onProgress, signal }: ObtainSchemathesisOptions): Promise<string> {
  const python = await findPython(env, signal);
  const folder = await folderFor(python, env);
  if (!existsSync(folder)) {
    await tracked(onProgress, what, () => make(folder, python, { env, signal }));
  }
  return join(folder, 'bin', 'python');
}

/** An environment belongs to the Python that made it. */
async function folderFor({ path, version }: Python, env: Environment): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .update(`${path} ${version}`);
  return join(cacheFolder(env), `schemathesis-${hash.digest('hex').slice(0, 16)}`);
}

interface CommandContext {
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
}

async function make(folder: string, python: Python, context: CommandContext): Promise<void> {
  const incomplete = `${folder}.${randomUUID()}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--require-hashes'];
  try {
    await mkdir(dirname(folder), { recursive: true });
    await run(python.path, ['-m', 'venv', incomplete], context);
    await run(join(incomplete, 'bin', 'python'), [...pip, '-r', requirements], context);
    await rename(incomplete, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(incomplete, { recursive: true, force: true });
  }
}

async function run(command: string, args: readonly string[], context: CommandContext): Promise<void> {
  const { ok, lines } = await runCommand(command, args, context);
  const reason = lines.find((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? 'no output';
  if (!ok) throw new LaunchError(`schemathesis could not be installed: ${reason}`);
}
