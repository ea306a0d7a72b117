// Tracks the benchmark's events as analytics-consumer does: PEER_BATCH_SIZE of them in a call, or each in one of its own.
import { createTarget, type HttpTarget, itemResults, type ItemStatus } from '@millrace/http-client';
import { type BatchHandler, type Handler, on, onBatch } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import type { Sample } from '../backlog/sample-data.ts';
import { sampleEvent } from '../backlog/sample-record.ts';
import { runConsumer } from '../peers/run-consumer.ts';
import { runPeer } from '../peers/run-peer.ts';

const maxSize = Number(process.env['PEER_BATCH_SIZE'] ?? 1);
const log = createLogger({ service: 'benchmark', level: 'warn' });

await runPeer(async ({ brokers, topic, group, concurrency, url }) => {
  const api = createTarget({ name: 'analytics', baseUrl: url, timeoutMs: 30_000, connections: concurrency, log });
  const contract = sampleEvent(topic);
  const subscription =
    maxSize > 1
      ? onBatch(contract, trackEvents(api), { name: 'track', maxSize, maxDelayMs: 50 })
      : on(contract, trackEvent(api), { name: 'track' });
  const options = { group, startAt: 'earliest', targets: [api], subscriptions: [subscription], concurrency } as const;
  return runConsumer(brokers, options, log);
});

function trackEvent(api: HttpTarget): Handler<Sample> {
  return async ({ type, time, data: { user } }, context) => {
    await api.post('/events/track', { eventType: type, userId: `${user}`, occurredAt: time }, context);
  };
}

function trackEvents(api: HttpTarget): BatchHandler<Sample> {
  return async (items, context) => {
    const events = items.map(({ event: { type, time, data }, idempotencyKey, order: { key, sequence } }) => {
      return { eventType: type, userId: `${data.user}`, occurredAt: time, idempotencyKey, orderKey: key, sequence };
    });
    const { status, body } = await api.post('/events/batch', { events }, context);
    return status === 207
      ? itemResults('/events/batch', (body as { results: readonly ItemStatus[] }).results)
      : undefined;
  };
}
