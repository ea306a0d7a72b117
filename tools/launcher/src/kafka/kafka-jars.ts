import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import type { Environment } from '../environment.ts';
import { LaunchError } from '../launch-error.ts';
import { runCommand } from '../processes/run-command.ts';
import { tracked, type OnProgress } from '../progress.ts';
import { root } from '../root.ts';

/** The release in tools/kafka/pom.xml. */
export const kafkaVersion = '4.3.1';

const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
const what = `Kafka ${kafkaVersion}, through Maven (54 MB, once)`;

export interface KafkaJarsOptions {
  readonly env: Environment;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/** Where the jars are, or would be. */
export function kafkaJarsFolder(env: Environment): string {
  return join(cacheFolder(env), `kafka-${kafkaVersion}`);
}

/** Whether the jars are in the cache: the folder gets its name only when it is complete. */
export function hasKafkaJars(env: Environment): Promise<boolean> {
  return isThere(kafkaJarsFolder(env));
}

/** Puts the jars into the cache by `mvn`. Two launchers may do so at once: the first to finish wins. */
export async function fetchKafkaJars(options: KafkaJarsOptions): Promise<void> {
  const folder = kafkaJarsFolder(options.env);
  const incomplete = `${folder}.${randomUUID()}`;
  try {
    await tracked(options.onProgress, what, () => copyJars(incomplete, options));
    await rename(incomplete, folder).catch(async (error: unknown) => {
      if (!(await isThere(folder))) throw error;
    });
  } finally {
    await rm(incomplete, { recursive: true, force: true });
  }
}

async function copyJars(folder: string, { env, onProgress, signal }: KafkaJarsOptions): Promise<void> {
  await mkdir(folder, { recursive: true });
  let files = 0;
  const onLine = (line: string): void => {
    if (!line.includes('Downloaded from')) return;
    files += 1;
    onProgress({ state: 'waiting', what, detail: `${files} files downloaded` });
  };
  const args = ['-B', copyDependencies, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
  const { ok, lines } = await runCommand('mvn', args, { env, onLine, signal, cwd: join(root, 'tools', 'kafka') });
  if (!ok) throw new LaunchError(`Maven could not fetch Kafka's jars: ${reason(lines)}`);
}

/** Maven's first error, which names what could not be had. */
function reason(lines: readonly string[]): string {
  return lines.find((line) => line.includes('[ERROR]'))?.replace(/^.*\[ERROR\]\s*/, '') ?? lines.at(-1) ?? 'no output';
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
