import { type HttpTarget, itemResults, type ItemStatus } from '@millrace/http-client';
import type { BatchHandler, BatchItem } from '@millrace/messaging';

interface OfUser {
  readonly userId: string;
}

/** What the API answers with 207: of each event, by its idempotency key. */
interface MultiStatus {
  readonly results: readonly (ItemStatus & { readonly idempotencyKey: string })[];
}

const path = '/events/batch';

/** Tells the analytics API of many events in one call: of each what `trackEvent` does. */
export const trackEvents =
  (api: Pick<HttpTarget, 'post'>): BatchHandler<OfUser> =>
  async (items, context) => {
    const { status, body } = await api.post(path, { events: items.map(tracked) }, context);
    if (status !== 207) return undefined;
    const byKey = new Map((body as MultiStatus).results.map((result) => [result.idempotencyKey, result]));
    return itemResults(
      path,
      items.map(({ idempotencyKey }) => byKey.get(idempotencyKey)),
    );
  };

function tracked({ event: { type, time, data }, idempotencyKey, order: { key, sequence } }: BatchItem<OfUser>) {
  return { eventType: type, userId: data.userId, occurredAt: time, idempotencyKey, orderKey: key, sequence };
}
