import { attributeNames, meter, metricNames } from '@millrace/telemetry';
import type { BatchObservableCallback } from '@opentelemetry/api';
import type { QuotaGate } from './quota-gate.ts';

/** Shows a quota in the metrics; returns what ends that. */
export function showQuota(api: string, gate: Pick<QuotaGate, 'state'>): () => void {
  const perSecond = meter().createObservableGauge(metricNames.quotaPerSecond, {
    description:
      'Calls per second that the whole group may make now: as configured, stated by the API, or learned from 429.',
  });
  const share = meter().createObservableGauge(metricNames.quotaShare, {
    description: "This instance's part of it, from 0 to 1.",
  });
  const used = meter().createObservableGauge(metricNames.quotaUsed, {
    description: 'Calls that this instance began in the last second.',
  });
  const waited = meter().createObservableCounter(metricNames.quotaWait, {
    description: 'Time in which attempts waited for the quota.',
    unit: 's',
  });
  const attributes = { [attributeNames.api]: api };
  const observe: BatchObservableCallback = (result) => {
    const { state } = gate;
    result.observe(waited, state.waitedMs / 1_000, attributes);
    if (state.perSecond === undefined) return;
    result.observe(perSecond, state.perSecond, attributes);
    result.observe(share, state.share, attributes);
    result.observe(used, state.usedPerSecond, attributes);
  };
  const observed = [perSecond, share, used, waited];
  meter().addBatchObservableCallback(observe, observed);
  return () => meter().removeBatchObservableCallback(observe, observed);
}
