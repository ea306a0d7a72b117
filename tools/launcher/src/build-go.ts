import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Environment } from './environment.ts';
import { LaunchError } from './launch-error.ts';
import { runCommand } from './processes/run-command.ts';

export interface BuildGoOptions {
  /** What is built, for the error. */
  readonly name: string;
  /** Holds the go.mod. */
  readonly folder: string;
  readonly package: string;
  /** Where the binary goes. */
  readonly target: string;
  readonly env: Environment;
  /** Hears how many packages have been compiled. */
  readonly onPackages: (count: number) => void;
  /** Past it the build is ended, and this has failed. @default none */
  readonly limitMs?: number;
  /** Aborted: the build ends; Go's build cache keeps what was compiled. */
  readonly signal?: AbortSignal | undefined;
}

/** Builds a Go program at the lowest priority and resolves with its path, where it appears only when it is complete. */
export async function buildGo(options: BuildGoOptions): Promise<string> {
  const { name, folder, target, env, onPackages, limitMs, signal } = options;
  const incomplete = `${target}.${randomUUID()}`;
  await mkdir(dirname(target), { recursive: true });
  let count = 0;
  const onLine = (): void => onPackages((count += 1));
  const build = ['go', 'build', '-v', '-trimpath', '-ldflags', '-s -w', '-o', incomplete, options.package];
  const limit = limitMs === undefined ? {} : { limitMs };
  try {
    const run = { env, cwd: folder, onLine, signal, ...limit };
    const { ok, lines } = await runCommand('nice', ['-n', '19', ...build], run);
    if (!ok) throw new LaunchError(`${name} could not be built (${lines.at(-1) ?? 'no output'}).`);
    await rename(incomplete, target);
    return target;
  } finally {
    await rm(incomplete, { force: true });
  }
}
