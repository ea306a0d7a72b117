import type { StubApisClient } from '@millrace/testing/stub-apis';
import type { ApiEvidence } from '../judging/services-evidence.ts';

/** What an API has done, but for events of runs before this one. */
export async function readApi(
  stub: StubApisClient,
  { api, hears }: Pick<ApiEvidence, 'api' | 'hears'>,
  earlier: ReadonlySet<string>,
): Promise<ApiEvidence> {
  const [effects, stats] = await Promise.all([stub.effects(api), stub.stats()]);
  const { calls = 0, replays = 0, overlaps = 0 } = stats[api] ?? {};
  const found = effects.map(({ idempotencyKey, orderKey }) => {
    return { eventId: eventIdOf(idempotencyKey ?? ''), userId: orderKey ?? '' };
  });
  return { api, hears, effects: found.filter(({ eventId }) => !earlier.has(eventId)), calls, replays, overlaps };
}

/** A consumer's keys are `<name of the subscription>:<event id>`. */
function eventIdOf(idempotencyKey: string): string {
  return idempotencyKey.slice(idempotencyKey.lastIndexOf(':') + 1);
}
