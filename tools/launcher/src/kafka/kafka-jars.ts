import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { cachedFolder } from '../cached-folder.ts';
import { copyJars } from '../copy-jars.ts';
import type { Environment } from '../environment.ts';
import { tracked, type OnProgress } from '../progress.ts';
import { root } from '../root.ts';

/** The release in tools/kafka/pom.xml. */
export const kafkaVersion = '4.3.1';

const name = `kafka-${kafkaVersion}`;
const what = `Kafka ${kafkaVersion}, through Maven (54 MB, once)`;

export interface KafkaJarsOptions {
  readonly env: Environment;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/** Where the jars are, or would be. */
export function kafkaJarsFolder(env: Environment): string {
  return join(cacheFolder(env), name);
}

/** Whether the jars are in the cache: the folder gets its name only when it is complete. */
export function hasKafkaJars(env: Environment): Promise<boolean> {
  return Promise.resolve(existsSync(kafkaJarsFolder(env)));
}

/** Puts the jars into the cache by `mvn`. */
export async function fetchKafkaJars({ env, onProgress, signal }: KafkaJarsOptions): Promise<void> {
  const onFiles = (count: number): void => onProgress({ state: 'waiting', what, detail: `${count} files downloaded` });
  const jars = { pomFolder: join(root, 'tools', 'kafka'), of: "Kafka's jars", env, onFiles, signal };
  await cachedFolder(name, env, (into) => tracked(onProgress, what, () => copyJars({ ...jars, into })));
}
