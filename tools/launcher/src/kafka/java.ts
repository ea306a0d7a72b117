import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { findOnPath } from '../find-on-path.ts';
import { runCommand } from '../processes/run-command.ts';

/** A Java, or why there is none. */
export type Java = { readonly command: string } | { readonly missing: string };

/** The Java of JAVA_HOME where that is set, else the one on PATH; it must be as new as what is to run, such as Kafka, needs. */
export async function findJava(env: Environment, neededMajor = 17): Promise<Java> {
  const home = env['JAVA_HOME'];
  const command = home ? join(home, 'bin', 'java') : await findOnPath('java', env);
  if (command === undefined) return { missing: `no JDK ${neededMajor}+ (java is not on PATH)` };
  const { ok, lines } = await runCommand(command, ['-version'], { env, limitMs: 20_000 });
  const where = home ? `JAVA_HOME=${home}` : command;
  if (!ok) return { missing: `no JDK ${neededMajor}+ (java of ${where} does not run)` };
  const major = javaMajor(lines.join('\n'));
  if (major === undefined || major < neededMajor)
    return { missing: `no JDK ${neededMajor}+ (${where} is ${major ?? 'unknown'})` };
  return { command };
}

/** The major version in what `java -version` prints: 17 for `"17.0.15"`, 8 for `"1.8.0_402"`. */
export function javaMajor(output: string): number | undefined {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(output) ?? [];
  if (first === undefined) return undefined;
  return first === '1' && second !== undefined ? Number(second) : Number(first);
}
