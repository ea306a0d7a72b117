import { createHttpServer } from '@millrace/http-server';
import { createLogger } from '@millrace/telemetry';
import { expect, it, onTestFinished } from 'vitest';
import type { Component } from './component.ts';
import { registerHealthRoutes } from './health-routes.ts';
import { consumerState, partitionState } from './testing/consumer-state.ts';

const part = (changes: Partial<Component>): Component => ({
  name: 'part',
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  ...changes,
});
const mail = part({ name: 'mail', state: () => consumerState([partitionState()]) });
const away = part({ name: 'orders', notReady: () => 'Kafka has not answered for 42 s' });

async function ask(components: readonly Component[], path: string) {
  const http = createHttpServer({ log: createLogger({ service: 'test', level: 'silent' }) });
  onTestFinished(() => http.close());
  const telemetry = { serveMetrics: () => undefined };
  registerHealthRoutes(http, { components, stopping: () => false, telemetry });
  return http.inject({ path });
}

it('plain /readyz says no more than whether it is ready', async () => {
  for (const path of ['/readyz', '/readyz?verbose=false', '/readyz?x=1']) {
    const answer = await ask([mail], path);
    expect([answer.statusCode, answer.body]).toEqual([200, '{"status":"ready"}']);
  }
});

it.each(['/readyz?verbose', '/readyz?verbose=true'])(
  '%s says how each consumer is, over several lines',
  async (path) => {
    const answer = await ask([mail, part({})], path);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.json()).toMatchObject({
      status: 'ready',
      consumers: [
        { group: 'mail', membership: 'joined', partitions: [{ partition: 'user-events/0', state: 'reading' }] },
      ],
    });
    expect(answer.body.split('\n').length).toBeGreaterThan(10);
  },
);

it('/readyz?verbose says why it is not ready, and the rest all the same', async () => {
  const answer = await ask([mail, away], '/readyz?verbose');
  expect(answer.statusCode).toBe(503);
  expect(answer.json()).toMatchObject({
    status: 'not ready',
    missing: { orders: 'Kafka has not answered for 42 s' },
    consumers: [{ group: 'mail' }],
  });
});

it('/readyz refuses a verbose that it does not know', async () => {
  expect((await ask([mail], '/readyz?verbose=loudly')).statusCode).toBe(400);
});
