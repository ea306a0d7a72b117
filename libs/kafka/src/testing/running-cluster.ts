import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KafkaCluster, startCluster } from '@millrace/launcher';
import { afterAll, beforeAll } from 'vitest';

/** Starts a cluster of so many brokers for the tests of a file, which ends with them; to be called while those are collected. */
export function useCluster(brokers: number): () => KafkaCluster {
  const running: { cluster?: KafkaCluster } = {};
  beforeAll(async () => {
    running.cluster = await startCluster({ brokers, dataDir: await mkdtemp(join(tmpdir(), 'millrace-cluster-')) });
  }, 300_000);
  afterAll(() => running.cluster?.close(), 60_000);
  return () => {
    if (!running.cluster) throw new Error('the cluster has not been started yet');
    return running.cluster;
  };
}
