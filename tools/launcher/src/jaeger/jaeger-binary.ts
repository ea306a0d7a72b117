import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import type { Environment } from '../environment.ts';
import { findOnPath, isExecutable } from '../find-on-path.ts';
import { LaunchError } from '../launch-error.ts';

/** The module version in tools/jaeger/go.mod, which carries Jaeger 2.13.0. */
export const jaegerVersion = '1.76.0';

/** Where a build is kept. */
export function builtJaeger(env: Environment): string {
  return join(cacheFolder(env), 'bin', `jaeger-${jaegerVersion}`);
}

/** The Jaeger 2 of JAEGER_BIN, of PATH, or built before; a LaunchError when JAEGER_BIN cannot be run. */
export async function findJaeger(env: Environment): Promise<string | undefined> {
  const named = env['JAEGER_BIN'];
  if (named) {
    if (await isExecutable(named)) return named;
    throw new LaunchError(
      `JAEGER_BIN names ${named}, which cannot be run. Name a Jaeger 2 binary, or unset JAEGER_BIN.`,
    );
  }
  const built = builtJaeger(env);
  return (await findOnPath('jaeger', env)) ?? ((await isExecutable(built)) ? built : undefined);
}
