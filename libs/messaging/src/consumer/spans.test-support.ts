import type { Telemetry } from '@millrace/telemetry/start';
import { startTelemetry } from '@millrace/telemetry/start';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach } from 'vitest';

export interface RecordedSpans {
  readonly telemetry: Telemetry;
  /** Finished spans of the present test whose name begins so, oldest first. */
  readonly spans: (name: string) => readonly ReadableSpan[];
}

/** Records the spans of a file's tests. */
export function useRecordedSpans(): RecordedSpans {
  const exporter = new InMemorySpanExporter();
  const telemetry = startTelemetry({ service: 'test', spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  afterEach(() => exporter.reset());
  afterAll(() => telemetry.stop());
  return { telemetry, spans: (name) => exporter.getFinishedSpans().filter((span) => span.name.startsWith(name)) };
}
