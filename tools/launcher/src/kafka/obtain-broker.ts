import { silence } from '../progress.ts';
import type { Broker, ObtainBrokerOptions } from './broker.ts';
import { createDockerBroker } from './docker-broker.ts';
import { createGivenBroker } from './given-broker.ts';
import { createMavenBroker } from './maven-broker.ts';

/**
 * The Kafka of KAFKA_BROKERS where that is set, else a container, else a Java process; ready, its group coordinator included.
 * A LaunchError says in one line what is missing.
 */
export async function obtainBroker(options: ObtainBrokerOptions): Promise<Broker> {
  const { env = process.env, onProgress = silence } = options;
  const given = env['KAFKA_BROKERS'];
  if (given) {
    const broker = await createGivenBroker(given);
    onProgress({ state: 'done', what: 'Kafka', detail: `${given}, of KAFKA_BROKERS` });
    return broker;
  }
  const docker = await createDockerBroker(options);
  if (typeof docker !== 'string') return docker;
  onProgress({ state: 'note', what: 'Kafka', detail: `${docker}, so it will be a Java process` });
  return createMavenBroker(options, docker);
}
