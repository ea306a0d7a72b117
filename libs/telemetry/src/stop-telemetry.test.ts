import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { expect, it, onTestFinished, vi } from 'vitest';
import { withSpan } from './spans.ts';
import { startTelemetry } from './start-telemetry.ts';

it('stops although the collector takes what is left and never answers', async () => {
  const asked = Promise.withResolvers<void>();
  const never = new Promise<never>(() => undefined);
  const exporter = {
    export: () => asked.resolve(),
    forceFlush: () => never,
    shutdown: () => never,
  };
  const telemetry = startTelemetry({ service: 'test', spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  await withSpan('work', {}, async () => undefined);
  await asked.promise;
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const stopped = telemetry.stop();
  await vi.advanceTimersByTimeAsync(2_000);
  await expect(stopped).resolves.toBeUndefined();
});
