import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { freePort } from '../free-port.ts';
import { LaunchError } from '../launch-error.ts';
import { logTail, sizeBytes } from '../processes/log-tail.ts';
import { describeExit, startProcess, type RunningProcess } from '../processes/start-process.ts';
import { withLog } from '../processes/with-log.ts';
import { type BrokerSettings, serverProperties } from './server-properties.ts';

/** Which of a cluster a broker is. */
export interface ClusterPlace {
  readonly nodeId: number;
  /** Of node 1. */
  readonly controllerPort: number;
  /** As of {@link newClusterId}. */
  readonly clusterId: string;
}

export interface KafkaProcessOptions {
  readonly java: string;
  /** The folder of Kafka's jars. */
  readonly jars: string;
  /** Absolute; holds server.properties and the data. */
  readonly dataDir: string;
  readonly port: number;
  readonly logFile: string;
  readonly env: Environment;
  /** @default a cluster of its own */
  readonly place?: ClusterPlace;
  /** @default none but those it needs */
  readonly settings?: BrokerSettings;
}

const slf4j = 'org.slf4j.simpleLogger';
const logging = [`-D${slf4j}.showDateTime=true`, `-D${slf4j}.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX`];

/** Runs Kafka on its data folder, formatted first where that has not been done. Resolves when the process runs, long before it answers. */
export async function runKafka(options: KafkaProcessOptions): Promise<RunningProcess> {
  await writeConfiguration(options);
  await formatOnce(options);
  return runJava(options, ['-Xmx512m', '-XX:+UseSerialGC', ...logging], ['kafka.Kafka', configuration(options)]);
}

function configuration({ dataDir }: KafkaProcessOptions): string {
  return join(dataDir, 'server.properties');
}

/** A controller's port is nobody's business but Kafka's own, so that of a single broker is any free one, at each start anew. */
async function writeConfiguration(options: KafkaProcessOptions): Promise<void> {
  const { dataDir, port, place, settings = {} } = options;
  await mkdir(dataDir, { recursive: true });
  const controllerPort = place?.controllerPort ?? (await freePort());
  const at = { port, controllerPort, dataDir: join(dataDir, 'data'), nodeId: place?.nodeId ?? 1 };
  await writeFile(configuration(options), serverProperties({ ...at, settings }));
}

/** The mark is made after the format has succeeded: data without it is what an interrupted format left. */
async function formatOnce(options: KafkaProcessOptions): Promise<void> {
  const mark = join(options.dataDir, 'formatted');
  if (await stat(mark).catch(() => undefined)) return;
  await rm(join(options.dataDir, 'data'), { recursive: true, force: true });
  const logStart = await sizeBytes(options.logFile);
  const format = [
    'kafka.tools.StorageTool',
    'format',
    '-t',
    options.place?.clusterId ?? newClusterId(),
    '-c',
    configuration(options),
  ];
  const exit = await (await runJava(options, ['-XX:TieredStopAtLevel=1'], format)).exited;
  if (exit.code === 0) return writeFile(mark, '');
  const tail = await logTail(options.logFile, logStart);
  throw new LaunchError(`Kafka's storage could not be formatted: ${describeExit(exit)}.${tail}`);
}

/** 22 characters of base64url; the first is no hyphen, which would make it an option. */
export function newClusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}

function runJava(
  { java, jars, env, logFile, dataDir }: KafkaProcessOptions,
  flags: readonly string[],
  program: readonly string[],
): Promise<RunningProcess> {
  const args = [...flags, '-cp', join(jars, '*'), ...program];
  return withLog(logFile, (log) =>
    startProcess({ command: java, args, env, cwd: dataDir, stdio: ['ignore', log, log] }),
  );
}
