import { type HttpServer, json } from '@millrace/http-server';
import type { Telemetry } from '@millrace/telemetry/start';
import { z } from 'zod';
import type { Component } from './component.ts';
import { consumerReport, describeConsumer } from './describe-consumer.ts';

export interface HealthSources {
  readonly components: readonly Component[];
  /** True once the service has begun to stop: load balancers should look elsewhere. */
  readonly stopping: () => boolean;
  readonly telemetry: Pick<Telemetry, 'serveMetrics'>;
}

const health = {
  operationId: 'health',
  summary: 'Whether the process answers',
  tags: ['health'],
  response: { 200: json('It does.', z.object({ status: z.literal('ok') })) },
};

const consumers = z
  .array(consumerReport)
  .optional()
  .describe(
    'What each consumer is doing, where `verbose` is asked for. For people: programs are better served by /metrics.',
  );

const readiness = {
  operationId: 'readiness',
  summary: 'Whether the service can do its work',
  tags: ['health'],
  querystring: z.object({
    verbose: z
      .enum(['', 'true', 'false'])
      .default('false')
      .describe('`?verbose` tells what each consumer is doing, too.'),
  }),
  response: {
    200: json('It can.', z.object({ status: z.literal('ready'), consumers })),
    503: json(
      'It cannot, or is about to stop.',
      z.object({
        status: z.literal('not ready'),
        missing: z.record(z.string(), z.string()).describe('What is missing, by component.'),
        consumers,
      }),
    ),
  },
};

const metrics = {
  operationId: 'metrics',
  summary: 'Metrics as Prometheus reads them',
  tags: ['health'],
  response: { 200: { description: 'Every metric.', content: { 'text/plain': { schema: z.string() } } } },
};

/**
 * `/healthz`: the process answers. `/readyz`: every component is ready, else 503 with what is missing by component; with
 * `?verbose`, what the consumers are doing. `/metrics`: Prometheus text.
 */
export function registerHealthRoutes(http: HttpServer, { components, stopping, telemetry }: HealthSources): void {
  http.get('/healthz', { schema: health }, async () => ({ status: 'ok' }));
  http.get('/readyz', { schema: readiness }, async ({ query: { verbose } }, reply) => {
    const missing = whatIsMissing(components);
    if (stopping()) missing['service'] = 'stopping';
    const ready = Object.keys(missing).length === 0;
    const answer = ready ? { status: 'ready' } : { status: 'not ready', missing };
    reply.code(ready ? 200 : 503);
    if (verbose === 'false') return reply.send(answer);
    return reply.type('application/json').send(forPeople({ ...answer, consumers: described(components) }));
  });
  http.get('/metrics', { schema: metrics }, (request, reply) => {
    reply.hijack();
    telemetry.serveMetrics(request.raw, reply.raw);
  });
}

/** JSON over several lines. */
const forPeople = (answer: object) => `${JSON.stringify(answer, undefined, 2)}\n`;

function described(components: readonly Component[]): readonly object[] {
  const states = components.map((component) => component.state?.());
  return states.filter((state) => state !== undefined).map(describeConsumer);
}

function whatIsMissing(components: readonly Component[]): Record<string, string> {
  const missing = components.map((component) => [component.name, component.notReady?.()] as const);
  return Object.fromEntries(missing.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
