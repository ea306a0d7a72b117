import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Environment } from '../environment.ts';
import { LaunchError } from '../launch-error.ts';
import { runCommand } from '../processes/run-command.ts';
import { root } from '../root.ts';
import { builtJaeger } from './jaeger-binary.ts';

export interface BuildJaegerOptions {
  readonly env: Environment;
  /** Hears how many packages have been compiled. */
  readonly onPackages: (count: number) => void;
  /** Aborted: the build ends; Go's build cache keeps what was compiled. */
  readonly signal: AbortSignal;
}

const jaegerPackage = 'github.com/jaegertracing/jaeger/cmd/jaeger';

/** Builds Jaeger from tools/jaeger into the user's cache, at the lowest priority, and resolves with its path. */
export async function buildJaeger({ env, onPackages, signal }: BuildJaegerOptions): Promise<string> {
  const target = builtJaeger(env);
  const incomplete = `${target}.${randomUUID()}`;
  await mkdir(dirname(target), { recursive: true });
  let count = 0;
  const onLine = (): void => onPackages((count += 1));
  const args = ['-n', '19', 'go', 'build', '-v', '-trimpath', '-ldflags', '-s -w', '-o', incomplete, jaegerPackage];
  try {
    const options = { env, cwd: join(root, 'tools', 'jaeger'), onLine, signal };
    const { ok, lines } = await runCommand('nice', args, options);
    if (!ok) throw new LaunchError(`Jaeger could not be built (${lines.at(-1) ?? 'no output'}).`);
    await rename(incomplete, target);
    return target;
  } finally {
    await rm(incomplete, { force: true });
  }
}
