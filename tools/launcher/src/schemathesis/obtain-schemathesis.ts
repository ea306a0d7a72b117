import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedFolder } from '../cached-folder.ts';
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

/** The Python of a virtual environment in the user's cache that has schemathesis, made where it is missing. */
export async function obtainSchemathesis({ env, onProgress, signal }: ObtainSchemathesisOptions): Promise<string> {
  const python = await findPython(env, signal);
  const folder = await cachedFolder(await nameFor(python), env, (incomplete) =>
    tracked(onProgress, what, () => make(incomplete, python, { env, signal })),
  );
  return join(folder, 'bin', 'python');
}

/** An environment belongs to the Python that made it. */
async function nameFor({ path, version }: Python): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .update(`${path} ${version}`);
  return `schemathesis-${hash.digest('hex').slice(0, 16)}`;
}

interface CommandContext {
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
}

async function make(folder: string, python: Python, context: CommandContext): Promise<void> {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--require-hashes'];
  await run(python.path, ['-m', 'venv', folder], context);
  await run(join(folder, 'bin', 'python'), [...pip, '-r', requirements], context);
}

async function run(command: string, args: readonly string[], context: CommandContext): Promise<void> {
  const { ok, lines } = await runCommand(command, args, context);
  const reason = lines.find((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? 'no output';
  if (!ok) throw new LaunchError(`schemathesis could not be installed: ${reason}`);
}
