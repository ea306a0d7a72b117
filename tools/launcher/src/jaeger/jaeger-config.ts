import type { JaegerAddress } from './jaeger-address.ts';

/** Jaeger's configuration as JSON, which is YAML: OTLP over HTTP in, traces in memory, and no listener beyond the two asked for. */
export function jaegerConfig({ queryPort, otlpPort }: JaegerAddress): string {
  const loopback = (port: number) => ({ endpoint: `127.0.0.1:${port}` });
  return JSON.stringify({
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
    },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 100_000 } } } },
      // The query API over gRPC cannot be turned off; on port 0 it is in nobody's way.
      jaeger_query: { storage: { traces: 'memory' }, http: loopback(queryPort), grpc: loopback(0) },
    },
    receivers: { otlp: { protocols: { http: loopback(otlpPort) } } },
    processors: { batch: { timeout: '200ms' } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  });
}
