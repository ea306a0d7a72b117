// Our own HTTP client in loops, without Kafka: what the rest of Millrace is measured against.
import { createTarget } from '@millrace/http-client';
import { createLogger } from '@millrace/telemetry';
import { sampleData } from '../backlog/sample-data.ts';
import { callsInLoops } from './calls-in-loops.ts';
import { runPeer } from './run-peer.ts';

await runPeer(async (settings) => {
  const { url, concurrency, valueBytes } = settings;
  const { origin, pathname } = new URL(url);
  const log = createLogger({ service: 'raw-lean', level: 'warn' });
  const api = createTarget({ name: 'stub', baseUrl: origin, timeoutMs: 30_000, connections: concurrency, log });
  const data = sampleData({ key: 0, valueBytes });
  const signals = Array.from({ length: concurrency }, () => new AbortController().signal);
  const stop = await callsInLoops(settings, async (idempotencyKey, loop) => {
    await api.post(pathname as `/${string}`, data, { idempotencyKey, signal: signals[loop]! });
  });
  return async () => {
    await stop();
    await api.stop();
  };
});
