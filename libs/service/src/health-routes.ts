import type { Telemetry } from '@millrace/telemetry';
import type { Component } from './component.ts';
import type { HttpServer } from './http-server.ts';

export interface HealthSources {
  readonly components: readonly Component[];
  /** True once the service has begun to stop: load balancers should look elsewhere. */
  readonly stopping: () => boolean;
  readonly telemetry: Pick<Telemetry, 'serveMetrics'>;
}

/**
 * `/healthz`: the process answers. `/readyz`: every component is ready, else 503 with what is missing by component.
 * `/metrics`: Prometheus text.
 */
export function registerHealthRoutes(http: HttpServer, { components, stopping, telemetry }: HealthSources): void {
  http.get('/healthz', async () => ({ status: 'ok' }));
  http.get('/readyz', async (_request, reply) => {
    const missing = whatIsMissing(components);
    if (stopping()) missing['service'] = 'stopping';
    const ready = Object.keys(missing).length === 0;
    return reply.code(ready ? 200 : 503).send(ready ? { status: 'ready' } : { status: 'not ready', missing });
  });
  http.get('/metrics', (request, reply) => {
    reply.hijack();
    telemetry.serveMetrics(request.raw, reply.raw);
  });
}

function whatIsMissing(components: readonly Component[]): Record<string, string> {
  const missing = components.map((component) => [component.name, component.notReady?.()] as const);
  return Object.fromEntries(missing.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
