import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { context, SpanKind, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger } from './logger.ts';
import { durationHistogram } from './meter.ts';
import { contextFrom, traceHeaders } from './propagation.ts';
import { withSpan } from './spans.ts';
import { startTelemetry, type Telemetry } from './start-telemetry.ts';

const exporter = new InMemorySpanExporter();
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

let telemetry: Telemetry;
let server: Server;
let url: string;

beforeAll(async () => {
  telemetry = startTelemetry({ service: 'test', spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/metrics') return telemetry.serveMetrics(request, response);
    response.end(JSON.stringify(traceHeaders()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => exporter.reset());

afterAll(async () => {
  server.close();
  await telemetry.stop();
});

describe('telemetry', () => {
  it('continues the trace of an incoming request, on a server made in an ES module', async () => {
    const answer = (await (await fetch(url, { headers: { traceparent } })).json()) as Record<string, string>;
    const span = await vi.waitUntil(() => exporter.getFinishedSpans()[0]);
    expect(span).toMatchObject({ kind: SpanKind.SERVER, parentSpanContext: { spanId: 'b7ad6b7169203331' } });
    expect(answer['traceparent']).toBe(`00-${traceId}-${span.spanContext().spanId}-01`);
  });

  it('leaves scrapes and health checks out of the traces', async () => {
    await (await fetch(`${url}/metrics`)).text();
    await (await fetch(`${url}/other`)).text();
    const [span] = await vi.waitUntil(() => exporter.getFinishedSpans().length > 0 && exporter.getFinishedSpans());
    expect(span?.attributes).toMatchObject({ 'url.path': '/other' });
  });

  it('serves metrics as Prometheus text', async () => {
    durationHistogram('millrace.test.duration_seconds', 'A test.').record(0.25, { api: 'notification' });
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/^millrace_test_duration_seconds_bucket\{.*le="0.25"\} 1$/m);
    expect(text).toMatch(/^millrace_test_duration_seconds_count\{api="notification".*\} 1$/m);
  });

  it('carries the trace over headers to a span elsewhere', async () => {
    const headers = await withSpan('here', { parent: contextFrom({ traceparent }) }, async () => traceHeaders());
    await withSpan('there', { parent: contextFrom(headers) }, async () => undefined);
    const [here, there] = exporter.getFinishedSpans();
    expect(there?.spanContext().traceId).toBe(traceId);
    expect(there?.parentSpanContext?.spanId).toBe(here?.spanContext().spanId);
  });

  it('begins a trace of its own where the headers carry none', () => {
    expect(trace.getSpanContext(contextFrom({ traceparent: 'nonsense' }))).toBeUndefined();
  });

  it('marks a span of failed work, and throws the failure on', async () => {
    const work = withSpan('work', {}, async () => {
      throw Object.assign(new Error('answered 503'), { code: 'API_UNAVAILABLE' });
    });
    await expect(work).rejects.toThrow('answered 503');
    expect(exporter.getFinishedSpans()[0]).toMatchObject({
      attributes: { 'error.type': 'API_UNAVAILABLE' },
      status: { message: 'answered 503' },
    });
  });

  it('gives log lines inside a span its ids', async () => {
    const lines: string[] = [];
    const log = createLogger({ service: 'test', destination: { write: (line) => lines.push(line) } });
    await withSpan('work', { parent: contextFrom({ traceparent }) }, async () => log.info('inside'));
    context.with(contextFrom({}), () => log.info('outside'));
    const [inside, outside] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(inside).toMatchObject({ trace_id: traceId, span_id: exporter.getFinishedSpans()[0]?.spanContext().spanId });
    expect(outside).not.toHaveProperty('trace_id');
  });
});
