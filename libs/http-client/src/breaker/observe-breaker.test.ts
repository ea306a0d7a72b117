import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { captureLog } from '../testing/captured-log.ts';
import { createBreakerListener, showBreaker } from './observe-breaker.ts';

class TestReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

let reader: TestReader;
beforeEach(() => {
  reader = new TestReader();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});
afterEach(() => metrics.disable());

/** Of each metric the first point. */
async function figures(): Promise<Readonly<Record<string, unknown>>> {
  const { resourceMetrics } = await reader.collect();
  const found = resourceMetrics.scopeMetrics.flatMap(({ metrics: each }) => each);
  return Object.fromEntries(found.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints[0]?.value]));
}

it('shows how a breaker is, and when it probes', async () => {
  let state = { closedForMs: undefined as number | undefined, breaker: 'closed' as 'closed' | 'open', why: undefined };
  let asked = 0;
  const hide = showBreaker('crm', {
    state: () => {
      asked++;
      return state;
    },
  });
  const [is, probe] = ['millrace.api.breaker.state', 'millrace.api.breaker.probe_in_seconds'];
  expect(await figures()).toEqual({ [is]: 0, [probe]: 0 });
  state = { ...state, closedForMs: 2_500, breaker: 'open' };
  expect(await figures()).toEqual({ [is]: 2, [probe]: 2.5 });
  hide();
  await figures();
  expect(asked).toBe(2);
});

it('tells of each opening and closing, and counts the openings', async () => {
  const { log, lines } = captureLog();
  const listener = createBreakerListener('crm', log);
  listener.opened('refused', 'it answered 401', 1_000);
  listener.closed(2_000.4);
  expect(lines).toEqual([
    expect.objectContaining({ level: 'warn', api: 'crm', reason: 'refused', why: 'it answered 401', probeInMs: 1_000 }),
    expect.objectContaining({ level: 'info', api: 'crm', afterMs: 2_000 }),
  ]);
  expect(await figures()).toEqual({ 'millrace.api.breaker.openings': 1 });
});
