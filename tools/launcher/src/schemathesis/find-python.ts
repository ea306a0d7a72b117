import type { Environment } from '../environment.ts';
import { findOnPath } from '../find-on-path.ts';
import { LaunchError } from '../launch-error.ts';
import { runCommand } from '../processes/run-command.ts';

/** A Python that can make virtual environments. */
export interface Python {
  readonly path: string;
  /** E.g. `3.11.7`. */
  readonly version: string;
}

const oldestMinor = 11;
const names = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python'];

/** Prints the version; fails where venv is missing, which some distributions keep in a package of its own. */
const probe = 'import platform, ensurepip, venv; print(platform.python_version())';

/** The first Python on PATH that schemathesis runs on. Rejects with a LaunchError that says what to install. */
export async function findPython(env: Environment, signal?: AbortSignal): Promise<Python> {
  const found: string[] = [];
  for (const name of names) {
    const path = await findOnPath(name, env);
    if (path === undefined) continue;
    const { ok, lines } = await runCommand(path, ['-c', probe], { env, signal });
    const version = lines.at(-1) ?? '';
    if (ok && isNewEnough(version)) return { path, version };
    found.push(`${name}: ${version}`);
  }
  const what = found.length > 0 ? `found only ${found.join('; ')}` : 'there is none on PATH';
  throw new LaunchError(
    `The API tests need Python 3.${oldestMinor} or newer with venv: ${what}. Install it from https://www.python.org/downloads, ` +
      'on Debian and Ubuntu by `apt-get install python3-venv`.',
  );
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 3 && minor >= oldestMinor;
}
