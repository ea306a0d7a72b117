import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, interruptible, obtainBroker, type OnProgress } from '@millrace/launcher';

/** What a benchmark has for itself: a broker and a folder, both gone afterwards, also after an interruption. */
export interface Workplace {
  readonly brokers: readonly string[];
  readonly folder: string;
}

let interruption: AbortSignal | undefined;

/** Runs `work` with a fresh broker, whatever KAFKA_BROKERS says; rejects with an Interruption when there was one. */
export async function withBroker<Result>(
  onProgress: OnProgress,
  work: (workplace: Workplace) => Promise<Result>,
): Promise<Result> {
  const signal = (interruption ??= interruptible());
  const folder = await mkdtemp(join(tmpdir(), 'millrace-benchmark-'));
  const env = { ...process.env, KAFKA_BROKERS: undefined };
  try {
    const dataDir = join(folder, 'kafka');
    const broker = await obtainBroker({ dataDir, port: await freePort(), data: 'temporary', env, onProgress, signal });
    try {
      return await Promise.race([work({ brokers: broker.brokers.split(','), folder }), aborted(signal)]);
    } finally {
      await broker.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
