import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { requireFreePort } from '../ports.ts';
import { silence, tracked } from '../progress.ts';
import { createBrokerLife } from './broker-life.ts';
import type { Broker, ObtainBrokerOptions } from './broker.ts';
import { fetchKafkaJars, hasKafkaJars, kafkaJarsFolder } from './kafka-jars.ts';
import { kafkaPort } from './kafka-port.ts';
import { runKafka } from './kafka-process.ts';
import { prepareLog } from './prepare-log.ts';
import { requireJava } from './require-java.ts';

const remedy = 'Start Docker, or install a JDK 17+ and Maven, or set KAFKA_BROKERS to a Kafka of yours.';

/** Kafka as a Java process of ours, from jars that Maven fetches once. `withoutDocker`: why it is not Docker's, for the error. */
export async function createMavenBroker(options: ObtainBrokerOptions, withoutDocker: string): Promise<Broker> {
  const { env = process.env, onProgress = silence, signal, port } = options;
  const java = await requireJava(env, withoutDocker, remedy);
  await requireFreePort(kafkaPort, port, 'set KAFKA_BROKERS to use the Kafka there');
  if (!(await hasKafkaJars(env))) await fetchKafkaJars({ env, onProgress, signal });
  const dataDir = resolve(options.dataDir);
  const logFile = await prepareLog(options);
  const run = () => runKafka({ java, jars: kafkaJarsFolder(env), dataDir, port, logFile, env });
  const life = createBrokerLife({
    port,
    logFile,
    run,
    send: async (running, name) => running.signal(name),
    onProgress,
  });
  const brokers = `127.0.0.1:${port}`;
  await tracked(
    onProgress,
    'Kafka',
    () => life.start(signal),
    () => `${brokers}, a Java process`,
  );
  const close = async (): Promise<void> => {
    await life.stop();
    if (options.data === 'temporary') await rm(dataDir, { recursive: true, force: true });
  };
  return { brokers, kind: 'maven', stop: life.stop, kill: life.kill, start: () => life.start(), close };
}
