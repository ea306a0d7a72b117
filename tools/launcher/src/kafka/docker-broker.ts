import { rm } from 'node:fs/promises';
import { composeProject } from '../docker/compose-project.ts';
import { ComposeService } from '../docker/compose-service.ts';
import { whyNoDocker } from '../docker/docker-engine.ts';
import { requireFreePort } from '../ports.ts';
import { silence, tracked } from '../progress.ts';
import { createBrokerLife } from './broker-life.ts';
import type { Broker, ObtainBrokerOptions } from './broker.ts';
import { kafkaPort } from './kafka-port.ts';
import { prepareLog } from './prepare-log.ts';

/** The tag in docker-compose.yml. */
export const kafkaImage = 'apache/kafka:4.3.1';

/** Of the listener that docker-compose.host.yml adds. */
const containerPort = 9094;

/** Kafka as the container of docker-compose.yml, its data in a volume; or why Docker cannot be used, in a few words. */
export async function createDockerBroker(options: ObtainBrokerOptions): Promise<Broker | string> {
  const { dataDir, port, onProgress = silence, signal } = options;
  const env = { ...(options.env ?? process.env), KAFKA_PORT: `${port}` };
  const without = await whyNoDocker(env, signal);
  if (without !== undefined) return without;
  const project = composeProject('kafka', dataDir);
  const service = new ComposeService({ service: 'kafka', image: kafkaImage, project, env });
  const withoutImage = (await service.hasImage(signal)) ? undefined : await service.whyNotPulled(onProgress, signal);
  if (withoutImage !== undefined) return withoutImage;
  if (!(await service.isUp(containerPort, port))) {
    await requireFreePort(kafkaPort, port, 'set KAFKA_BROKERS to use the Kafka there');
  }
  return startContainer(service, options);
}

async function startContainer(service: ComposeService, options: ObtainBrokerOptions): Promise<Broker> {
  const { port, onProgress = silence, signal } = options;
  const logFile = await prepareLog(options);
  const run = () => service.run(logFile);
  const life = createBrokerLife({ port, logFile, run, send: (_, name) => service.kill(name), onProgress });
  // The command in front of the container may end before the container has.
  const stop = async (): Promise<void> => {
    await life.stop();
    await service.stop();
  };
  const close = async (): Promise<void> => {
    await stop();
    if (options.data === 'temporary') await removeData(service, options.dataDir);
  };
  const brokers = `127.0.0.1:${port}`;
  const started = tracked(
    onProgress,
    'Kafka',
    () => life.start(signal),
    () => `${brokers}, in Docker`,
  );
  await started.catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { brokers, kind: 'docker', stop, kill: life.kill, start: () => life.start(), close };
}

async function removeData(service: ComposeService, dataDir: string): Promise<void> {
  await service.removeProject();
  await rm(dataDir, { recursive: true, force: true });
}
