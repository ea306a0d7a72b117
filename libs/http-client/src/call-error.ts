import { ServiceError } from '@millrace/messaging';
import { classifyUnanswered, errorCodeOf, failureCode, type FailedOutcome } from './classify.ts';
import type { Unanswered } from './exchange.ts';
import type { HttpAnswer, HttpMethod } from './http-target.ts';
import { retryAfterMs } from './retry-after.ts';
import { withoutQuery } from './without-query.ts';

/** What messages say of a call; no query, since it may hold personal data. */
export interface CallLabel {
  readonly api: string;
  readonly method: HttpMethod;
  readonly path: string;
  readonly timeoutMs: number;
}

/** The error of a call that was answered with anything but 2xx. */
export function answerError(
  label: CallLabel,
  outcome: FailedOutcome,
  { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>,
  nowMs: number,
): ServiceError {
  const waitMs = outcome === 'retryable' ? retryAfterMs(headers['retry-after'], nowMs) : undefined;
  const options = { status, ...(waitMs !== undefined && { retryAfterMs: waitMs }) };
  return new ServiceError(errorCodeOf[outcome], `${requestOf(label)} answered ${status}`, options);
}

/** The error of a call that got no answer. */
export function unansweredError(label: CallLabel, result: Unanswered): ServiceError {
  const outcome = classifyUnanswered(result);
  const { notSent = false } = result;
  const options = result.kind === 'failed' ? { notSent, cause: causeOf(result.error) } : { notSent };
  return new ServiceError(errorCodeOf[outcome], `${requestOf(label)} ${whatHappened(label, outcome, result)}`, options);
}

const requestOf = ({ method, path }: CallLabel) => `${method} ${withoutQuery(path)}`;

function whatHappened({ api, timeoutMs }: CallLabel, outcome: FailedOutcome, result: Unanswered): string {
  if (outcome === 'timeout') return `was not answered within ${timeoutMs} ms`;
  if (result.kind === 'crowded') return `was not sent: too many calls wait for a connection to ${api}`;
  if (result.kind !== 'failed') return 'was aborted by its caller';
  if (outcome === 'aborted') return `was cut off: the connections to ${api} are closed`;
  const code = failureCode(result.error);
  return outcome === 'rejected' ? `cannot be sent (${code})` : `got no answer from ${api} (${code})`;
}

/** The HTTP parser's errors hold the bytes they stumbled over, which may repeat what we sent. */
function causeOf(error: Error): Error {
  return 'data' in error ? new Error(error.message) : error;
}
