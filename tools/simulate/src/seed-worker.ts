// Runs seeds in a thread of its own, one after the other, as it is asked to.
import { parentPort, workerData } from 'node:worker_threads';
import { plantBug } from '@millrace/testing/planted-bugs';
import type { SeedAnswer, SeedRequest, SeedWorkerData } from './seed-messages.ts';

const { bug } = workerData as SeedWorkerData;
const planted = bug === undefined ? undefined : plantBug(bug);
// Not sooner: a bug is planted into modules while they are loaded.
const { checkSeed } = await import('@millrace/testing/simulator');
planted?.requirePlanted();

parentPort?.on('message', (request: SeedRequest) => void answer(request));
parentPort?.postMessage({ kind: 'ready' } satisfies SeedAnswer);

async function answer({ seeds, shrink, trace }: SeedRequest): Promise<void> {
  for (const seed of seeds) {
    const report = await checkSeed(seed, { shrink, trace });
    parentPort?.postMessage({ kind: 'report', report } satisfies SeedAnswer);
  }
  parentPort?.postMessage({ kind: 'ready' } satisfies SeedAnswer);
}
