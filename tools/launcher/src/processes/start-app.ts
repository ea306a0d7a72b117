import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import type { Environment } from '../environment.ts';
import { root } from '../root.ts';
import { nodeFlags } from './node-flags.ts';
import { startProcess, type RunningProcess } from './start-process.ts';
import { withLog } from './with-log.ts';

export interface AppProcessOptions {
  /** From the root folder, or absolute. */
  readonly main: string;
  /** Asked for at each start. */
  readonly env: () => Environment;
  readonly logFile: string;
}

/** Runs a TypeScript main file in the root folder under this process's Node, both outputs appended to `logFile`. */
export function startApp({ main, env, logFile }: AppProcessOptions): Promise<RunningProcess> {
  const environment = env();
  return withLog(logFile, (log) =>
    startProcess({
      command: process.execPath,
      args: [...nodeFlags, main],
      // What an app imports is compiled once, not at every start.
      env: { NODE_COMPILE_CACHE: join(cacheFolder(environment), 'compiled'), ...environment },
      cwd: root,
      stdio: ['ignore', log, log],
    }),
  );
}
