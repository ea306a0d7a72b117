import { setTimeout as delay } from 'node:timers/promises';
import { apps, hearersOf } from '@millrace/launcher';
import type { StubApisClient } from '@millrace/testing/stub-apis';
import type { Registration } from './register.ts';

/** An API by its name. */
export type Api = string;

/** Those that hear of a registration. */
export const apis: readonly Api[] = await hearersOf(
  'UserRegistered',
  apps.flatMap(({ api }) => api?.name ?? []),
);

const limitMs = 180_000;

/** When each user took effect at an API, in ms since 1970. */
export type EffectTimes = ReadonlyMap<string, number>;

/** Waits until `api` has heard of `users` users. Rejects after three minutes. */
export async function untilHeard(stubs: StubApisClient, api: Api, users: number): Promise<void> {
  for (const giveUpAt = performance.now() + limitMs; ; await delay(100)) {
    const effects = (await stubs.stats())[api]?.effects ?? 0;
    if (effects >= users) return;
    if (performance.now() > giveUpAt)
      throw new Error(`${api} heard of ${effects} users of ${users} in ${limitMs / 1000} s`);
  }
}

/** When each user's one effect at `api` was; rejects where somebody has two. */
export async function effectTimes(stubs: StubApisClient, api: Api): Promise<EffectTimes> {
  const effects = await stubs.effects(api);
  const times = new Map(effects.map(({ orderKey, at }) => [orderKey ?? '', Date.parse(at)]));
  if (times.size !== effects.length) throw new Error(`${effects.length - times.size} users heard of twice by ${api}`);
  return times;
}

/** From the request to the effect, in ms, for each registration. */
export function delaysMs(registrations: readonly Registration[], times: EffectTimes): readonly number[] {
  return registrations.map(({ userId, sentAtMs }) => (times.get(userId) ?? Number.NaN) - sentAtMs);
}

/** From the request to the last API's effect, in ms, for each registration. */
export async function endToEndMs(
  stubs: StubApisClient,
  registrations: readonly Registration[],
): Promise<readonly number[]> {
  const delays = await Promise.all(apis.map(async (api) => delaysMs(registrations, await effectTimes(stubs, api))));
  return registrations.map((_, index) => Math.max(...delays.map((ofApi) => ofApi[index] ?? Number.NaN)));
}
