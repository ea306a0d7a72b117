import { trace } from '@opentelemetry/api';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { envDetector } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { unrecordedTraces } from './unrecorded-traces.ts';

export interface TelemetryOptions {
  readonly service: string;
  /**
   * Where finished spans go.
   * @default OTLP over HTTP where OTEL_EXPORTER_OTLP_ENDPOINT (or the traces' own variable) is set, else nowhere
   */
  readonly spanProcessors?: readonly SpanProcessor[];
}

export interface Telemetry {
  /** Answers a scrape with every metric in Prometheus text format. */
  serveMetrics(request: IncomingMessage, response: ServerResponse): void;
  /** Sends what is left, for at most two seconds, and stops; never rejects. A collector that is away keeps no service from stopping. */
  stop(): Promise<void>;
}

/** An exporter whose collector is away goes on for ten seconds, which is all the time that a service has to stop. */
const stopLimitMs = 2_000;

/** Paths asked by machines every few seconds: they would bury the traces that people look for. */
const untracedPaths = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Starts OpenTelemetry for this process: traces, metrics and W3C propagation, also without a collector, so that logs
 * carry trace ids. Incoming HTTP requests are traced by instrumentation-http; everything else opens its spans by hand.
 * Call it once, before the first server is made.
 */
export function startTelemetry({ service, spanProcessors = exportersFromEnvironment() }: TelemetryOptions): Telemetry {
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const sdk = new NodeSDK({
    serviceName: process.env['OTEL_SERVICE_NAME'] ?? service,
    // The host's and the process's own detectors would put paths and command lines into every export.
    resourceDetectors: [envDetector],
    spanProcessors: [...spanProcessors],
    metricReaders: [prometheus],
    instrumentations: [httpServerInstrumentation()],
  });
  sdk.start();
  if (spanProcessors.length === 0) trace.setGlobalTracerProvider(unrecordedTraces);
  patchBuiltinHttp();
  return {
    serveMetrics: (request, response) => prometheus.getMetricsRequestHandler(request, response),
    stop: () => Promise.race([sdk.shutdown().catch(() => undefined), stopLimit()]),
  };
}

function httpServerInstrumentation(): HttpInstrumentation {
  return new HttpInstrumentation({
    disableOutgoingRequestInstrumentation: true,
    ignoreIncomingRequestHook: ({ url = '' }) => untracedPaths.has(url.split('?', 1)[0] ?? ''),
  });
}

function exportersFromEnvironment(): readonly SpanProcessor[] {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = process.env;
  if (!OTEL_EXPORTER_OTLP_ENDPOINT && !OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return [];
  return [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })];
}

/** The instrumentation patches `node:http` when CommonJS code requires it; ES modules see the patch only after a sync. */
function patchBuiltinHttp(): void {
  createRequire(import.meta.url)('node:http');
  syncBuiltinESMExports();
}

function stopLimit(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, stopLimitMs).unref());
}
