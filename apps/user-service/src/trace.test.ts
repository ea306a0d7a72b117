import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headerText } from '@millrace/messaging';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { expect, it, vi } from 'vitest';
import { newUser, startTestService } from './start-test-service.ts';

/** For a busy machine. */
const patience = { timeout: 8_000 };

it('a registration is one trace, from the request over the outbox to the record in Kafka', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-trace-'));
  const exporter = new InMemorySpanExporter();
  const service = await startTestService({ directory, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  await service.post(newUser());
  const spanNamed = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);
  const publish = await vi.waitUntil(() => spanNamed('publish user-events'), patience);
  const request = await vi.waitUntil(() => spanNamed('POST /users'), patience);
  const append = spanNamed('append UserRegistered');
  expect(append?.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
  expect(publish.parentSpanContext?.spanId).toBe(append?.spanContext().spanId);
  const { traceId, spanId } = publish.spanContext();
  expect(traceId).toBe(request.spanContext().traceId);
  expect(headerText(service.sent[0]?.headers ?? {}, 'traceparent')).toBe(`00-${traceId}-${spanId}-01`);
  await service.stop();
  rmSync(directory, { recursive: true });
});
