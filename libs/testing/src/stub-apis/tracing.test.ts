import { startTelemetry, type TelemetryOptions } from '@millrace/telemetry/start';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startStub, until } from './test-stub.ts';

type SpanProcessor = NonNullable<TelemetryOptions['spanProcessors']>[number];
type FinishedSpan = Parameters<SpanProcessor['onEnd']>[0];

function recordSpans(): readonly FinishedSpan[] {
  const spans: FinishedSpan[] = [];
  const nothing = async () => undefined;
  const onEnd = (span: FinishedSpan) => void spans.push(span);
  const telemetry = startTelemetry({
    service: 'stub-apis',
    spanProcessors: [{ onStart: () => undefined, onEnd, forceFlush: nothing, shutdown: nothing }],
  });
  onTestFinished(() => telemetry.stop());
  return spans;
}

describe('a call', () => {
  it("is a server span of the caller's trace, on an API's own port and behind the control port", async () => {
    const spans = recordSpans();
    const stub = await startStub();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    await stub.send({ headers });
    await stub.send({ headers, url: stub.url('crm') });
    await until(() => expect(spans).toHaveLength(2));
    expect(spans.map(({ name, kind, parentSpanContext }) => [name, kind, parentSpanContext?.spanId])).toEqual([
      ['POST notification', 1, 'b7ad6b7169203331'],
      ['POST crm', 1, 'b7ad6b7169203331'],
    ]);
    expect(spans.map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
    expect(spans[0]?.attributes).toMatchObject({ 'millrace.api': 'notification' });
  });
});
