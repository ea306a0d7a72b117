import type { ApiStats, ReportedEffect } from '@millrace/testing/stub-apis';
import { expect } from 'vitest';
import { sumOf } from '../../support/metrics.ts';
import { until } from '../../support/until.ts';
import type { Deployment } from './deployment.ts';

const control = 'http://stub-apis:8090';
const apis = ['notification', 'analytics'] as const;

/** Has each call to the APIs take a while, so that some are under way at any time. */
export async function slowDownApis(deployment: Deployment, latencyMs: number): Promise<void> {
  const requests = apis.map((api) => ({ url: `${control}/faults/${api}`, method: 'PUT', json: { latencyMs } }));
  const answers = await deployment.ask(...requests);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
}

/**
 * Waits until nothing is on its way any more (outbox empty, no lag in any container of a consumer), and checks that each of
 * these users has exactly one effect at each API and nobody else has any, all under different idempotency keys.
 */
export async function expectOneEffectEach(deployment: Deployment, userIds: readonly string[]): Promise<void> {
  await until(
    `${userIds.length} deliveries to each API`,
    () => read(deployment),
    ({ effects, open }) => open === 0 && effects.every((count) => count >= userIds.length),
  );
  const answers = await deployment.ask(...apis.map((api) => ({ url: `${control}/effects/${api}` })));
  for (const { url, text } of answers) {
    const { effects } = JSON.parse(text) as { readonly effects: readonly ReportedEffect[] };
    const users = effects.map(({ orderKey }) => orderKey ?? '');
    expect(users.toSorted(), `users at ${url}`).toEqual(userIds.toSorted());
    expect(new Set(effects.map(({ idempotencyKey }) => idempotencyKey)).size, `keys at ${url}`).toBe(effects.length);
  }
}

/** Effects at each API, and how many events are still on their way. */
async function read(deployment: Deployment): Promise<{ readonly effects: readonly number[]; readonly open: number }> {
  const services = ['user-service', ...apis.map((api) => `${api}-consumer`)];
  const metrics = services.map((service) => ({ url: `http://${service}:8080/metrics` }));
  const [stats, ...answers] = await deployment.ask({ url: `${control}/stats` }, ...metrics);
  const counts = JSON.parse(stats?.text ?? '{}') as Readonly<Record<string, ApiStats>>;
  const open = answers.map(({ text }) => sumOf('millrace_outbox_depth', text) + sumOf('millrace_consumer_lag', text));
  return { effects: apis.map((api) => counts[api]?.effects ?? 0), open: open.reduce((sum, each) => sum + each, 0) };
}
