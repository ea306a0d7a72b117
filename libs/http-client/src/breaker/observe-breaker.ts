import { attributeNames, type Logger, meter, metricNames } from '@millrace/telemetry';
import type { BatchObservableCallback } from '@opentelemetry/api';
import type { BreakerListener, CircuitBreaker } from './circuit-breaker.ts';

/** Says in the log when a breaker opens and closes, and counts that. */
export function createBreakerListener(api: string, log: Logger): BreakerListener {
  const openings = meter().createCounter(metricNames.breakerOpenings, {
    description: 'How often calls to an API were held back because they failed.',
  });
  return {
    opened: (reason, why, probeInMs) => {
      openings.add(1, { [attributeNames.api]: api, [attributeNames.reason]: reason });
      log.warn({ api, reason, why, probeInMs }, 'circuit breaker opened: calls are held back');
    },
    closed: (ms) => log.info({ api, afterMs: Math.round(ms) }, 'circuit breaker closed: calls go through again'),
  };
}

const figures = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Shows a breaker in the metrics; returns what ends that. */
export function showBreaker(api: string, breaker: Pick<CircuitBreaker, 'state'>): () => void {
  const state = meter().createObservableGauge(metricNames.breakerState, {
    description: '0: closed, calls go through; 1: half-open; 2: open.',
  });
  const probeIn = meter().createObservableGauge(metricNames.breakerProbeIn, {
    description: 'Until the next probe; 0 where none is awaited.',
  });
  const attributes = { [attributeNames.api]: api };
  const observe: BatchObservableCallback = (result) => {
    const now = breaker.state();
    result.observe(state, figures[now.breaker], attributes);
    result.observe(probeIn, now.breaker === 'open' ? (now.closedForMs ?? 0) / 1_000 : 0, attributes);
  };
  meter().addBatchObservableCallback(observe, [state, probeIn]);
  return () => meter().removeBatchObservableCallback(observe, [state, probeIn]);
}
