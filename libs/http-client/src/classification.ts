import type { ErrorCode } from '@millrace/messaging';
import type { Unanswered } from './exchange.ts';

/** What follows from a failed call, for its record and for its target. */
export interface FailureClass {
  /** Which calls end so, for people. */
  readonly when: string;
  readonly code: ErrorCode;
  /** Whether the API may have acted on it: then only a call with an idempotency key is made again. */
  readonly mayHaveActed: 'yes' | 'no' | 'unless not sent';
  /** What the circuit breaker takes it for. */
  readonly breaker: 'a failure' | 'a rejection' | 'opens it' | 'nothing';
}

/** How calls fail, in one table; docs/classification.md shows the same one. Whether one is retryable is its code's business. */
export const failures = {
  retryable: {
    when: '5xx, 408, 425',
    code: 'API_UNAVAILABLE',
    mayHaveActed: 'yes',
    breaker: 'a failure',
  },
  throttled: { when: '429', code: 'API_UNAVAILABLE', mayHaveActed: 'no', breaker: 'nothing' },
  refused: { when: '401, 403', code: 'API_REFUSED', mayHaveActed: 'no', breaker: 'opens it' },
  rejected: {
    when: 'any other status but 2xx, redirects included; a request that HTTP cannot carry',
    code: 'API_REJECTED',
    mayHaveActed: 'no',
    breaker: 'a rejection',
  },
  'connect-timeout': {
    when: 'no connection in time, or none free',
    code: 'API_TIMEOUT',
    mayHaveActed: 'no',
    breaker: 'a failure',
  },
  'headers-timeout': {
    when: 'sent, and no answer began in time',
    code: 'API_TIMEOUT',
    mayHaveActed: 'yes',
    breaker: 'a failure',
  },
  'body-timeout': {
    when: 'an answer began, and did not end in time',
    code: 'API_TIMEOUT',
    mayHaveActed: 'yes',
    breaker: 'a failure',
  },
  unreachable: {
    when: 'no connection, or it broke before the answer was whole',
    code: 'API_UNREACHABLE',
    mayHaveActed: 'unless not sent',
    breaker: 'a failure',
  },
  aborted: {
    when: 'cut off by us: the service stops, the partition is lost',
    code: 'CALL_ABORTED',
    mayHaveActed: 'unless not sent',
    breaker: 'nothing',
  },
} as const satisfies Readonly<Record<string, FailureClass>>;

export type FailedOutcome = keyof typeof failures;
/** How a call ended, in the words of logs and metrics. */
export type CallOutcome = 'ok' | FailedOutcome;

/** 5xx aside, the statuses that have a meaning of their own: Request Timeout, Too Early, and so on. */
const outcomeByStatus: Readonly<Record<number, FailedOutcome>> = {
  401: 'refused',
  403: 'refused',
  408: 'retryable',
  425: 'retryable',
  429: 'throttled',
};

/** Redirects count as rejected: following one would send the request twice. */
export function classifyStatus(status: number): CallOutcome {
  if (status >= 200 && status < 300) return 'ok';
  return status >= 500 ? 'retryable' : (outcomeByStatus[status] ?? 'rejected');
}

/** Failures that are not the connection's, by undici's code. */
const outcomeByCode: Readonly<Record<string, FailedOutcome>> = {
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  UND_ERR_CLOSED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
  // A path or header that HTTP cannot carry: it will not carry it later either.
  UND_ERR_INVALID_ARG: 'rejected',
};

export function classifyUnanswered(result: Unanswered): FailedOutcome {
  if (result.kind === 'crowded') return 'unreachable';
  return result.kind === 'failed' ? (outcomeByCode[failureCode(result.error)] ?? 'unreachable') : result.kind;
}

/** Whether making such a call again may do twice what it does. */
export function mayHaveActed(outcome: FailedOutcome, notSent: boolean): boolean {
  const { mayHaveActed: may } = failures[outcome];
  return may === 'yes' || (may === 'unless not sent' && !notSent);
}

/** Node's, OpenSSL's or undici's code of a failure, e.g. `ECONNREFUSED`. */
export function failureCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
