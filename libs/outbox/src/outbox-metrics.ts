import { meter, metricNames } from '@millrace/telemetry';
import type { BatchObservableResult, Counter, ObservableResult } from '@opentelemetry/api';
import type { OutboxBacklog } from './outbox-store.ts';

/** Counts published rows, by topic. Made when telemetry has started. */
export const publishedCounter = (): Counter =>
  meter().createCounter(metricNames.outboxPublished, { description: 'Events that Kafka has acknowledged.' });

/** Shows the backlog at each scrape, until the function returned is called. */
export function observeBacklog(backlogNow: () => Promise<OutboxBacklog>): () => void {
  const depth = meter().createObservableGauge(metricNames.outboxDepth, {
    description: 'Events that wait in the outbox.',
  });
  const age = meter().createObservableGauge(metricNames.outboxAge, {
    description: 'How long the oldest event in the outbox has waited, in seconds.',
    unit: 's',
  });
  const setAside = meter().createObservableGauge(metricNames.outboxSetAside, {
    description: 'Events that cannot be published and wait for an operator.',
  });
  const observe = async (result: BatchObservableResult) => {
    const backlog = await backlogNow();
    result.observe(depth, backlog.depth);
    result.observe(age, ageSeconds(backlog.oldestAtMs));
    result.observe(setAside, backlog.setAside);
  };
  meter().addBatchObservableCallback(observe, [depth, age, setAside]);
  return () => meter().removeBatchObservableCallback(observe, [depth, age, setAside]);
}

/** Shows how many shards this process relays, until the function returned is called. */
export function observeShards(shards: () => number): () => void {
  const gauge = meter().createObservableGauge(metricNames.outboxShards, {
    description: 'Shards of the outbox that this instance relays.',
  });
  const observe = (result: ObservableResult) => result.observe(shards());
  gauge.addCallback(observe);
  return () => gauge.removeCallback(observe);
}

const ageSeconds = (sinceMs = Date.now()) => Math.max(0, Date.now() - sinceMs) / 1_000;
