import { hearersOf } from '@millrace/launcher';
import { expect } from 'vitest';
import { readMetric } from './metrics.ts';
import { until } from './until.ts';
import type { TestSystem } from './use-system.ts';

/** The APIs of the example; others are only waited for. */
export type Api = 'notification' | 'analytics';

/** Effects at each API. */
export type Delivered = Readonly<Record<Api, number>>;

/** Waits until the outbox is empty, no group has a lag, and each API has at least `expected` effects. */
export async function untilDelivered(system: TestSystem, expected: Delivered): Promise<void> {
  await until(
    `${expected.notification} e-mails and ${expected.analytics} events`,
    () => deliveryState(system),
    ({ notification, analytics, unpublished, lag }) =>
      notification >= expected.notification && analytics >= expected.analytics && unpublished === 0 && lag === 0,
  );
}

/** Waits for the deliveries of these users, one per API, and checks that each happened exactly once and no other did. */
export async function expectOneEffectEach(system: TestSystem, userIds: readonly string[]): Promise<void> {
  await untilDelivered(system, { notification: userIds.length, analytics: userIds.length });
  for (const api of await hearersOf('UserRegistered', system.apis)) {
    const effects = await system.stubApis.effects(api);
    expect(effects.map(({ orderKey }) => orderKey ?? '').toSorted(), `users with an effect at ${api}`).toEqual(
      userIds.toSorted(),
    );
  }
}

/** How many effects each API has come to so far. */
export async function readDelivered({ stubApis }: TestSystem): Promise<Delivered> {
  const { notification, analytics } = await stubApis.stats();
  return { notification: notification?.effects ?? 0, analytics: analytics?.effects ?? 0 };
}

async function deliveryState(system: TestSystem) {
  const [delivered, unpublished, ...lags] = await Promise.all([
    readDelivered(system),
    readMetric(system.url('user-service'), 'millrace_outbox_depth'),
    ...system.apis.map((api) => readMetric(system.url(`${api}-consumer`), 'millrace_consumer_lag')),
  ]);
  return { ...delivered, unpublished, lag: lags.reduce((sum, value) => sum + value, 0) };
}
