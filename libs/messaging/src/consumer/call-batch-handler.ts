import { doneBefore } from '../once/done-before.ts';
import { failureOf } from './call-handler.ts';
import { ServiceError } from '../errors/service-error.ts';
import type { BatchContext, BatchItem, BatchSubscription, ItemResults } from './subscription.ts';

/** Calls the handler once; resolves to its results by item, to undefined where all are done, or to why all failed. */
export async function callBatchHandler(
  subscription: BatchSubscription,
  items: readonly BatchItem[],
  context: BatchContext,
): Promise<ItemResults | ServiceError | undefined> {
  try {
    const results = await subscription.handler(items, context);
    if (results) checkResults(subscription, results, items.length);
    return results ?? undefined;
  } catch (error) {
    return failureOf(subscription, error);
  }
}

/** Results that cannot be told apart say nothing of any item: to take one for done would lose it. */
function checkResults({ name }: BatchSubscription, results: ItemResults, size: number): void {
  if (!Array.isArray(results) || results.length !== size)
    throw new ServiceError('UNEXPECTED', `the handler of ${name} returned ${count(results)} for a batch of ${size}`);
  const strange = results.findIndex((result) => result !== undefined && !isResult(result));
  if (strange >= 0)
    throw new ServiceError(
      'UNEXPECTED',
      `the handler of ${name} returned a result that is no ServiceError, at ${strange}`,
    );
}

function isResult(result: unknown): boolean {
  return result === doneBefore || result instanceof ServiceError;
}

function count(results: unknown): string {
  return Array.isArray(results) ? `${results.length} results` : 'something else than results';
}
