import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgressPrinter, freePort, obtainBroker, startSystem, type System } from '@millrace/launcher';

/** Runs `measure` on a fresh system with a broker of its own, whatever KAFKA_BROKERS says; nothing of it is left afterwards. */
export async function withSystem(measure: (system: System) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-benchmark-'));
  const progress = createProgressPrinter(process.stderr);
  const { onProgress } = progress;
  const env = { ...process.env, KAFKA_BROKERS: undefined };
  try {
    const broker = await obtainBroker({
      dataDir: join(dataDir, 'kafka'),
      port: await freePort(),
      data: 'temporary',
      env,
      onProgress,
    });
    try {
      const system = await startSystem({ dataDir, ports: 'free', broker, onProgress });
      progress.stop();
      try {
        await measure(system);
      } finally {
        await system.stop();
      }
    } finally {
      await broker.close();
    }
  } finally {
    progress.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
