import { ServiceError } from '@millrace/messaging';
import { classifyUnanswered, errorCodeOf, failureCode, type FailedOutcome } from './classify.ts';
import type { Answered, Unanswered } from './exchange.ts';
import { headerValue } from './read-answer.ts';
import { retryAfterMs } from './retry-after.ts';

/** What messages say of a call. */
export interface CallLabel {
  readonly api: string;
  /** E.g. `POST /emails/send`: no query, since it may hold personal data. */
  readonly request: string;
  readonly timeoutMs: number;
}

/** The error of a call that was answered with anything but 2xx. */
export function answerError(
  { request }: CallLabel,
  outcome: FailedOutcome,
  answer: Answered,
  nowMs: number,
): ServiceError {
  const { status, headers } = answer;
  const waitMs = outcome === 'retryable' ? retryAfterMs(headerValue(headers['retry-after']), nowMs) : undefined;
  const options = { status, ...(waitMs !== undefined && { retryAfterMs: waitMs }) };
  return new ServiceError(errorCodeOf[outcome], `${request} answered ${status}`, options);
}

/** The error of a call that got no answer. */
export function unansweredError(label: CallLabel, result: Unanswered): ServiceError {
  const outcome = classifyUnanswered(result);
  const options = result.kind === 'failed' ? { cause: causeOf(result.error) } : {};
  return new ServiceError(errorCodeOf[outcome], `${label.request} ${whatHappened(label, outcome, result)}`, options);
}

function whatHappened({ api, timeoutMs }: CallLabel, outcome: FailedOutcome, result: Unanswered): string {
  if (outcome === 'timeout') return `was not answered within ${timeoutMs} ms`;
  if (result.kind !== 'failed') return 'was aborted by its caller';
  if (outcome === 'aborted') return `was cut off: the connections to ${api} are closed`;
  const code = failureCode(result.error);
  return outcome === 'rejected' ? `cannot be sent (${code})` : `got no answer from ${api} (${code})`;
}

/** The HTTP parser's errors hold the bytes they stumbled over, which may repeat what we sent. */
function causeOf(error: Error): Error {
  return 'data' in error ? new Error(error.message) : error;
}
