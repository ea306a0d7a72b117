import type { Environment } from './environment.ts';
import { LaunchError } from './launch-error.ts';
import { runCommand } from './processes/run-command.ts';

export interface CopyJarsOptions {
  /** Holds the pom.xml that names them. */
  readonly pomFolder: string;
  readonly into: string;
  /** What they are, for the error. */
  readonly of: string;
  readonly env: Environment;
  /** Hears how many files Maven has downloaded. */
  readonly onFiles: (count: number) => void;
  /** Past it Maven is ended, and this has failed. @default none */
  readonly limitMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/** Copies a project's jars, with all they need to run, by `mvn`. Rejects with a LaunchError that says what could not be had. */
export async function copyJars(options: CopyJarsOptions): Promise<void> {
  const { pomFolder, into, of, env, onFiles, limitMs, signal } = options;
  let files = 0;
  const onLine = (line: string): void => {
    if (line.includes('Downloaded from')) onFiles((files += 1));
  };
  const args = ['-B', copyDependencies, '-DincludeScope=runtime', `-DoutputDirectory=${into}`];
  const limit = limitMs === undefined ? {} : { limitMs };
  const { ok, lines } = await runCommand('mvn', args, { env, onLine, signal, cwd: pomFolder, ...limit });
  if (!ok) throw new LaunchError(`Maven could not fetch ${of}: ${reason(lines)}`);
}

/** Maven's first error, which names what could not be had; where an artifact is nowhere, that alone. */
function reason(lines: readonly string[]): string {
  const error = lines.find((line) => line.includes('[ERROR]'))?.replace(/^.*\[ERROR\]\s*/, '') ?? lines.at(-1);
  const [, artifact] = /(\S+:jar:\S+) (?:was not found )?in /.exec(error ?? '') ?? [];
  return artifact === undefined ? (error ?? 'no output') : `${artifact} is in none of the repositories that it knows.`;
}
