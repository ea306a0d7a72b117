import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { coordinatorAnswers } from './coordinator-answers.ts';
import { type ClusterBroker, startCluster } from './start-cluster.ts';

const answers = ({ address }: ClusterBroker) => coordinatorAnswers(Number(address.split(':')[1]));

it('runs brokers that are one cluster, each of which can be killed and comes back', { timeout: 180_000 }, async () => {
  const dataDir = join(temporaryFolder(), 'cluster');
  const cluster = await startCluster({ brokers: 2, dataDir });
  onTestFinished(() => cluster.close());
  const [first, second] = [cluster.node(1), cluster.node(2)];
  expect(cluster.brokers).toBe(`${first.address},${second.address}`);
  expect([await answers(first), await answers(second)]).toEqual([true, true]);

  await second.kill('SIGKILL');
  expect(await answers(second)).toBe(false);
  await second.start();
  expect(await answers(second)).toBe(true);

  expect(() => cluster.node(3)).toThrow('there are 2 brokers, and no node 3');
  await cluster.close();
  expect([await answers(first), existsSync(dataDir)]).toEqual([false, false]);
});
