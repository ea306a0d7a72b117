import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort } from '../free-port.ts';
import { silence } from '../progress.ts';
import { createBrokerLife } from './broker-life.ts';
import type { Broker, ObtainBrokerOptions } from './broker.ts';
import { fetchKafkaJars, hasKafkaJars, kafkaJarsFolder } from './kafka-jars.ts';
import { newClusterId, runKafka } from './kafka-process.ts';
import { prepareLog } from './prepare-log.ts';
import { requireJava } from './require-java.ts';
import type { BrokerSettings } from './server-properties.ts';

export interface StartClusterOptions extends Pick<ObtainBrokerOptions, 'env' | 'onProgress'> {
  /** How many. */
  readonly brokers: number;
  /** Gone when the cluster is closed. */
  readonly dataDir: string;
  /** @default those of a cluster that is quick to notice, see {@link quickSettings} */
  readonly settings?: BrokerSettings;
}

/** One broker of a cluster; with SIGSTOP and SIGCONT it is frozen and thawed. */
export interface ClusterBroker extends Pick<Broker, 'stop' | 'kill' | 'start'> {
  readonly nodeId: number;
  /** `host:port`, also of clients that were told so by another broker. */
  readonly address: string;
}

/** Several brokers for tests. Node 1 is the controller: without it, no other gets or gives away a partition. */
export interface KafkaCluster {
  /** Bootstrap addresses of all. */
  readonly brokers: string;
  /** The broker with this number, counted from 1. */
  node(nodeId: number): ClusterBroker;
  /** Ends all, and deletes their data. */
  close(): Promise<void>;
}

/** Brokers that miss each other after 3 s, and take groups whose sessions last 1 s. */
export const quickSettings: BrokerSettings = {
  'broker.session.timeout.ms': 3_000,
  'broker.heartbeat.interval.ms': 500,
  'group.min.session.timeout.ms': 1_000,
  'offsets.topic.num.partitions': 8,
  'transaction.state.log.num.partitions': 4,
  'log.cleaner.dedupe.buffer.size': 4_194_304,
  'log.cleaner.backoff.ms': 200,
};

/**
 * Several real brokers, as Java processes, ready with their coordinators. Docker is no help here: where there is no JDK, this
 * rejects with a LaunchError that says so.
 */
export async function startCluster(options: StartClusterOptions): Promise<KafkaCluster> {
  const { env = process.env, onProgress = silence, brokers, settings } = options;
  const dataDir = resolve(options.dataDir);
  const java = await requireJava(env, 'several brokers are Java processes', 'Install a JDK 17+ and Maven.');
  if (!(await hasKafkaJars(env))) await fetchKafkaJars({ env, onProgress });
  const place = { controllerPort: await freePort(), clusterId: newClusterId() };
  const numbers = Array.from({ length: brokers }, (_, index) => index + 1);
  const replicas = Math.min(brokers, 3);
  const create = async (nodeId: number): Promise<ClusterBroker> => {
    const port = await freePort();
    const folder = join(dataDir, `node-${nodeId}`);
    const logFile = await prepareLog({ dataDir: folder, port });
    const all = { 'offsets.topic.replication.factor': replicas, ...quickSettings, ...settings };
    const process = { java, jars: kafkaJarsFolder(env), dataDir: folder, port, logFile, env, settings: all };
    const run = () => runKafka({ ...process, place: { ...place, nodeId } });
    const life = createBrokerLife({ port, logFile, run, send: async (kafka, name) => kafka.signal(name), onProgress });
    return { nodeId, address: `127.0.0.1:${port}`, ...life };
  };
  const nodes = await Promise.all(numbers.map(create));
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill('SIGKILL')));
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await close();
    throw error;
  }
  return { brokers: nodes.map(({ address }) => address).join(), node: (nodeId) => nodeOf(nodes, nodeId), close };
}

function nodeOf(nodes: readonly ClusterBroker[], nodeId: number): ClusterBroker {
  const node = nodes[nodeId - 1];
  if (!node) throw new Error(`there are ${nodes.length} brokers, and no node ${nodeId}`);
  return node;
}
