import { Writable } from 'node:stream';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextFrom, withSpan } from '@millrace/telemetry';
import { startTelemetry } from '@millrace/telemetry/start';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createTarget } from './create-target.ts';
import { captureLog } from './testing/captured-log.ts';
import { answering, startLocalApi, unusedPort } from './testing/local-api.ts';

const exporter = new InMemorySpanExporter();
const telemetry = startTelemetry({ service: 'test', spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const { signal } = new AbortController();

afterAll(() => telemetry.stop());
beforeEach(() => exporter.reset());

const spanOf = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);

describe('the span of a call', () => {
  it('lies between that of the caller and that of the API', async () => {
    await using api = await startLocalApi(answering(200));
    const { hostname, port } = new URL(api.url);
    const crm = createTarget({ name: 'crm', baseUrl: `${api.url}/v1`, timeoutMs: 5_000, log: captureLog().log });
    await withSpan('caller', {}, () => crm.post('/notes?to=ada', {}, { signal, attempt: 3 }));
    const [call, caller] = [spanOf('POST crm'), spanOf('caller')];
    expect(call).toMatchObject({ kind: SpanKind.CLIENT, status: { code: SpanStatusCode.UNSET } });
    expect(call?.parentSpanContext?.spanId).toBe(caller?.spanContext().spanId);
    expect(call?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'millrace.api': 'crm',
      'millrace.attempt': 3,
      'millrace.outcome': 'ok',
      'server.address': hostname,
      'server.port': Number(port),
      'url.path': '/v1/notes',
    });
    const { traceparent } = api.requests[0]!.headers;
    expect(trace.getSpanContext(contextFrom({ traceparent: String(traceparent) }))).toMatchObject({
      traceId: caller?.spanContext().traceId,
      spanId: call?.spanContext().spanId,
    });
    await crm.stop();
  });

  it('says what went wrong', async () => {
    await using api = await startLocalApi(answering(503));
    const crm = createTarget({ name: 'crm', baseUrl: api.url, timeoutMs: 5_000, log: captureLog().log });
    await crm.send({ signal, method: 'GET', path: '/notes' });
    expect(spanOf('GET crm')).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'GET /notes answered 503' },
      attributes: { 'error.type': 'API_UNAVAILABLE' },
    });
    await crm.stop();
  });
});

describe('the log of a target', () => {
  it('has one line per call, and neither query, body nor token', async () => {
    await using api = await startLocalApi(answering(429, { echo: 'secret-body' }));
    const { log, lines } = captureLog();
    const crm = createTarget({ name: 'crm', baseUrl: api.url, timeoutMs: 5_000, token: 'secret-token', log });
    const failed: unknown = await crm
      .post('/notes?to=secret-query', { text: 'secret-body' }, { signal, attempt: 2 })
      .catch((error: unknown) => error);
    log.error({ err: failed });
    const [line] = lines;
    expect(line).toMatchObject({ api: 'crm', method: 'POST', path: '/notes', status: 429, attempt: 2 });
    expect(line).toMatchObject({ level: 'info', outcome: 'throttled', ms: expect.any(Number) as number });
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('secret-');
    await crm.stop();
  });

  it("gives way to the call's own, and says when there was no answer", async () => {
    const baseUrl = `http://127.0.0.1:${await unusedPort()}`;
    const [ofTarget, ofCall] = [captureLog(), captureLog()];
    const crm = createTarget({ name: 'crm', baseUrl, timeoutMs: 5_000, token: 'secret-token', log: ofTarget.log });
    const failed: unknown = await crm.post('/', {}, { signal, log: ofCall.log }).catch((error: unknown) => error);
    ofCall.log.error({ err: failed });
    expect(ofTarget.lines).toEqual([]);
    expect(ofCall.lines[0]).toMatchObject({ outcome: 'unreachable', attempt: 1 });
    expect(ofCall.lines[0]).not.toHaveProperty('status');
    expect(JSON.stringify(ofCall.lines)).not.toContain('secret-token');
    await crm.stop();
  });
});

it('counts every call by API, status and outcome, in seconds', async () => {
  await using api = await startLocalApi(answering(200));
  const created = (name: string, baseUrl: string) =>
    createTarget({ name, baseUrl, timeoutMs: 5_000, log: captureLog().log });
  const up = created('counted-up', api.url);
  const down = created('counted-down', `http://127.0.0.1:${await unusedPort()}`);
  await up.post('/', {}, { signal });
  await up.post('/', {}, { signal });
  await down.post('/', {}, { signal }).catch(() => undefined);
  const metrics = await scrape();
  expect(metrics).toMatch(
    /^millrace_api_call_duration_seconds_count\{.*api="counted-up".*status_code="200".*"ok".*\} 2$/m,
  );
  expect(metrics).toMatch(
    /^millrace_api_call_duration_seconds_count\{.*"counted-down".*="none".*"unreachable".*\} 1$/m,
  );
  await Promise.all([up.stop(), down.stop()]);
});

/** The metrics page, as a scraper gets it. */
function scrape(): Promise<string> {
  return new Promise((resolve) => {
    const page = Object.assign(new Writable(), { setHeader: () => undefined, end: resolve });
    telemetry.serveMetrics({} as IncomingMessage, page as unknown as ServerResponse);
  });
}
