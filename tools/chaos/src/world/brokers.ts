import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KafkaCluster, startCluster, type StartClusterOptions } from '@millrace/launcher';

/** As many brokers as were asked for, each cluster with a folder of its own. */
export class Brokers {
  readonly #clusters: KafkaCluster[] = [];
  readonly #folders: string[] = [];
  #shared: Promise<KafkaCluster> | undefined;

  /** The one broker that many may use at the same time, and none may stop. */
  shared(): Promise<KafkaCluster> {
    return (this.#shared ??= this.start(1));
  }

  /** Rejects with a LaunchError where there is no JDK. */
  async start(brokers: number, settings: StartClusterOptions['settings'] = {}): Promise<KafkaCluster> {
    const dataDir = await mkdtemp(join(tmpdir(), 'millrace-chaos-kafka-'));
    this.#folders.push(dataDir);
    const cluster = await startCluster({ brokers, dataDir, settings });
    this.#clusters.push(cluster);
    return cluster;
  }

  /** Ends all, and deletes what they had. */
  async close(): Promise<void> {
    await Promise.all(this.#clusters.map((cluster) => cluster.close()));
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}
