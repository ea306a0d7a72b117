import { Worker } from 'node:worker_threads';
import type { SeedReport } from '@millrace/testing/simulator';
import type { SeedAnswer, SeedRequest, SeedWorkerData } from './seed-messages.ts';

export interface RunSeedsOptions extends SeedWorkerData {
  readonly workers: number;
  readonly from: number;
  readonly seeds: number;
  readonly shrink: boolean;
  readonly trace: boolean;
  readonly signal: AbortSignal;
  /** Told of each seed, in whatever order they end; `stop` lets no further ones begin. */
  readonly onReport: (report: SeedReport) => 'go on' | 'stop';
}

/** At a time, so that messages cost nothing beside the runs. */
const chunk = 10;

/**
 * Runs the seeds on that many threads; resolves when all of them are done. Rejects with what a thread failed with, or with
 * the signal's reason.
 */
export async function runSeeds(options: RunSeedsOptions): Promise<void> {
  const queue = new SeedQueue(options.from, options.from + options.seeds);
  const count = Math.min(options.workers, Math.ceil(options.seeds / chunk));
  await Promise.all(Array.from({ length: count }, () => runWorker(queue, options)));
}

class SeedQueue {
  #next: number;
  #end: number;

  constructor(next: number, end: number) {
    this.#next = next;
    this.#end = end;
  }

  take(): readonly number[] {
    const from = this.#next;
    this.#next = Math.min(this.#end, from + chunk);
    return Array.from({ length: this.#next - from }, (_, index) => from + index);
  }

  close(): void {
    this.#end = this.#next;
  }
}

async function runWorker(queue: SeedQueue, { bug, shrink, trace, signal, onReport }: RunSeedsOptions): Promise<void> {
  signal.throwIfAborted();
  const workerData: SeedWorkerData = { bug };
  const worker = new Worker(new URL('seed-worker.ts', import.meta.url), { workerData });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  const goOn = (): void => {
    const seeds = queue.take();
    if (seeds.length === 0) resolve();
    else worker.postMessage({ seeds, shrink, trace } satisfies SeedRequest);
  };
  worker.on('message', (answer: SeedAnswer) => {
    if (answer.kind === 'ready') goOn();
    else if (onReport(answer.report) === 'stop') queue.close();
  });
  worker.on('error', reject);
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}
