import { ServiceError } from '@millrace/messaging';
import { classifyStatus, failures, mayHaveActed } from './classification.ts';
import type { HttpPath } from './http-target.ts';
import { withoutQuery } from './without-query.ts';

/** What an API's answer to a batch says of one item. */
export interface ItemStatus {
  /** As if the item had had a call of its own. */
  readonly status: number;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * The results of a batch's items by what the API, called at `path`, answered for each (207 Multi-Status, or a list of its
 * own), in the order of the items and classified as answers to single calls are. An item that it said nothing of is tried again.
 */
export function itemResults(
  path: HttpPath,
  answers: readonly (ItemStatus | undefined)[],
): readonly (ServiceError | undefined)[] {
  return answers.map((answer) => (typeof answer?.status === 'number' ? itemResult(path, answer) : unanswered(path)));
}

function itemResult(path: HttpPath, { status, retryAfterSeconds }: ItemStatus): ServiceError | undefined {
  const outcome = classifyStatus(status);
  if (outcome === 'ok') return undefined;
  const asked = outcome === 'rejected' ? undefined : retryAfterSeconds;
  const wait = asked === undefined ? {} : { retryAfterMs: asked * 1_000 };
  const options = { status, notActedOn: !mayHaveActed(outcome, false), ...wait };
  return new ServiceError(failures[outcome].code, `POST ${withoutQuery(path)} answered ${status}`, options);
}

function unanswered(path: HttpPath): ServiceError {
  return new ServiceError('API_UNAVAILABLE', `POST ${withoutQuery(path)} answered nothing about one of its events`);
}
