import { context, trace } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger } from './logger.ts';
import { contextFrom, traceHeaders } from './propagation.ts';
import { startSpan, withSpan } from './spans.ts';
import { startTelemetry, type Telemetry } from './start-telemetry.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
let telemetry: Telemetry;

beforeAll(() => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', undefined);
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', undefined);
  telemetry = startTelemetry({ service: 'test' });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await telemetry.stop();
});

/** Headers of a call that is made within a span of a span. */
const called = (parent: string) =>
  withSpan('outer', { parent: contextFrom({ traceparent: parent }) }, () =>
    withSpan('inner', {}, async () => traceHeaders()),
  );

describe('without a place for spans to go to', () => {
  it('none is recorded', () => {
    expect(startSpan('work').isRecording()).toBe(false);
  });

  it.each([traceparent, traceparent.replace(/01$/, '00')])('a trace goes on as it came: %s', async (header) => {
    expect(await called(header)).toEqual({ traceparent: header });
  });

  it('what begins has a trace of its own, whose calls are to be recorded by those who do', async () => {
    const [one, other] = [await called('none'), await called('none')];
    expect(one['traceparent']).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
    expect(one['traceparent']).not.toBe(other['traceparent']);
  });

  it('log lines have the id of the trace', async () => {
    const lines: string[] = [];
    const log = createLogger({ service: 'test', destination: { write: (line) => lines.push(line) } });
    await withSpan('work', { parent: contextFrom({ traceparent }) }, async () => log.info('inside'));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ trace_id: '0af7651916cd43dd8448eb211c80319c' });
  });

  it("an instrumentation's own way to run work in a span works, too", () => {
    const tracer = trace.getTracer('instrumentation');
    const seen = [
      tracer.startActiveSpan('work', (span) => trace.getActiveSpan() === span),
      tracer.startActiveSpan(
        'work',
        { root: true },
        contextFrom({ traceparent }),
        () => traceHeaders()['traceparent'] === traceparent,
      ),
      tracer.startActiveSpan(
        'work',
        {},
        contextFrom({ traceparent }),
        () => traceHeaders()['traceparent'] === traceparent,
      ),
    ];
    expect(seen).toEqual([true, false, true]);
    expect(trace.getSpan(context.active())).toBeUndefined();
  });
});
