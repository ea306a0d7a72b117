import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '@millrace/launcher';
import { type ApiStats, createStubApisClient } from '@millrace/testing/stub-apis';
import { defaultValueBytes } from '../backlog/sample-data.ts';
import { type PeerProcess, startPeer } from '../comparison/peer-process.ts';

export interface Tracking {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly records: number;
  /** Where the stub is steered, and where its API is. */
  readonly controlUrl: string;
  readonly url: string;
}

/** What a consumer did in its window. */
export interface TrackingFigures {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly perCall: number;
}

const concurrency = 256;
const warmUpMs = 8_000;
const windowMs = 5_000;
const peer = fileURLToPath(new URL('./tracking-peer.ts', import.meta.url));

/** A turn of a consumer with a process and a group of its own; throws where the order was broken, or the records did not last. */
export async function measureTracking(task: Tracking, batchSize: number): Promise<TrackingFigures> {
  const stub = createStubApisClient(task.controlUrl);
  await stub.reset();
  const { brokers, topic, url } = task;
  const group = `batches-${randomUUID()}`;
  const command = { command: process.execPath, args: [...nodeFlags, peer], env: { PEER_BATCH_SIZE: `${batchSize}` } };
  const settings = { brokers, topic, group, url, concurrency, valueBytes: defaultValueBytes, caFile: undefined };
  const running = await startPeer(command, settings);
  try {
    const read = async () => ({ ...(await statsOf(stub)), cpuMs: await cpuMsOf(running), atMs: performance.now() });
    await delay(warmUpMs);
    const [before] = [await read()];
    await delay(windowMs);
    const after = await read();
    if (after.effects >= task.records) throw new Error(`${task.records} records were too few for the window`);
    if (after.orderViolations + after.overlaps > 0) throw new Error('the order of a key was broken');
    const events = after.effects - before.effects;
    return {
      perSecond: (events * 1_000) / (after.atMs - before.atMs),
      perCpuSecond: (events * 1_000) / (after.cpuMs - before.cpuMs),
      perCall: events / (after.calls - before.calls),
    };
  } finally {
    await running.kill();
  }
}

async function statsOf(stub: ReturnType<typeof createStubApisClient>): Promise<ApiStats> {
  const { analytics } = await stub.stats();
  if (!analytics) throw new Error('the stub has no API called analytics');
  return analytics;
}

async function cpuMsOf(running: PeerProcess): Promise<number> {
  const usage = await running.usage();
  if (!usage) throw new Error(['there is no telling what the consumer costs', ...running.tail()].join('\n'));
  return usage.cpuMs;
}
