import { meter, metricNames } from '@millrace/telemetry';
import type { BatchObservableResult, Counter } from '@opentelemetry/api';
import type { OutboxStore } from './outbox-store.ts';

/** Counts published rows, by topic. Made when telemetry has started. */
export const publishedCounter = (): Counter =>
  meter().createCounter(metricNames.outboxPublished, { description: 'Events that Kafka has acknowledged.' });

/** Shows the store's backlog at each scrape, until the function returned is called. */
export function observeBacklog(store: OutboxStore): () => void {
  const depth = meter().createObservableGauge(metricNames.outboxDepth, {
    description: 'Events that wait in the outbox.',
  });
  const age = meter().createObservableGauge(metricNames.outboxAge, {
    description: 'How long the oldest event in the outbox has waited, in seconds.',
    unit: 's',
  });
  const observe = async (result: BatchObservableResult) => {
    const backlog = await store.backlog();
    result.observe(depth, backlog.depth);
    result.observe(age, ageSeconds(backlog.oldestAtMs));
  };
  meter().addBatchObservableCallback(observe, [depth, age]);
  return () => meter().removeBatchObservableCallback(observe, [depth, age]);
}

const ageSeconds = (sinceMs = Date.now()) => Math.max(0, Date.now() - sinceMs) / 1_000;
