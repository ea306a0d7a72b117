import { ServiceError, type ServiceErrorOptions } from '@millrace/messaging';
import { type FailedOutcome, failureCode, failures, mayHaveActed } from './classification.ts';
import type { ExchangeResult } from './exchange.ts';
import type { HttpAnswer, HttpMethod } from './http-target.ts';
import { apiNowMs, retryAfterMs } from './retry-after.ts';
import { withoutQuery } from './without-query.ts';

/** What messages say of a call; no query, since it may hold personal data. */
export interface CallLabel {
  readonly api: string;
  readonly method: HttpMethod;
  readonly path: string;
  readonly timeoutMs: number;
  /** Whether it may be made again although it may have been acted on. */
  readonly idempotent: boolean;
  /** Whether any other call would have failed as well. */
  readonly targetAtFault: boolean;
}

export interface FailedCall {
  readonly outcome: FailedOutcome;
  readonly result: ExchangeResult;
  readonly answer: HttpAnswer | undefined;
}

/** The error of a call that did not go well. */
export function callError(label: CallLabel, failed: FailedCall, nowMs: number): ServiceError {
  const { outcome, result, answer } = failed;
  const code = label.targetAtFault ? 'API_REFUSED' : failures[outcome].code;
  const notActedOn = !mayHaveActed(outcome, isNotSent(result));
  const final = !label.idempotent && !notActedOn;
  const options: ServiceErrorOptions = {
    ...(answer ? { status: answer.status, ...askedWait(outcome, answer, nowMs) } : { notSent: isNotSent(result) }),
    ...(result.kind === 'failed' && { cause: causeOf(result.error) }),
    ...(final && { retryable: false }),
    notActedOn,
    targetAtFault: label.targetAtFault,
  };
  const what = answer ? `answered ${answer.status}` : whatHappened(label, failed);
  const message = `${label.method} ${withoutQuery(label.path)} ${what}`;
  return new ServiceError(
    code,
    final ? `${message}; it may have been acted on, and may not be repeated` : message,
    options,
  );
}

function askedWait(
  outcome: FailedOutcome,
  { headers }: HttpAnswer,
  nowMs: number,
): Pick<ServiceErrorOptions, 'retryAfterMs'> {
  const waitMs = outcome === 'rejected' ? undefined : retryAfterMs(headers['retry-after'], apiNowMs(headers, nowMs));
  return waitMs === undefined ? {} : { retryAfterMs: waitMs };
}

function isNotSent(result: ExchangeResult): boolean {
  return result.kind !== 'answered' && (result.notSent ?? false);
}

function whatHappened({ api, timeoutMs }: CallLabel, { outcome, result }: FailedCall): string {
  switch (outcome) {
    case 'connect-timeout':
      return `was not sent in time: no connection to ${api}`;
    case 'headers-timeout':
      return `was not answered in time, ${timeoutMs} ms at most`;
    case 'body-timeout':
      return `got an answer that did not end in time, ${timeoutMs} ms at most`;
    default:
      return result.kind === 'failed'
        ? whatBroke(api, outcome, failureCode(result.error))
        : whoGaveUp(api, result.kind);
  }
}

function whatBroke(api: string, outcome: FailedOutcome, code: string): string {
  if (outcome === 'aborted') return `was cut off: the connections to ${api} are closed`;
  return outcome === 'rejected' ? `cannot be sent (${code})` : `got no answer from ${api} (${code})`;
}

function whoGaveUp(api: string, kind: ExchangeResult['kind']): string {
  return kind === 'crowded'
    ? `was not sent: too many calls wait for a connection to ${api}`
    : 'was aborted by its caller';
}

/** The HTTP parser's errors hold the bytes they stumbled over, which may repeat what we sent. */
function causeOf(error: Error): Error {
  return 'data' in error ? new Error(error.message) : error;
}
