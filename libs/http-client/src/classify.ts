import type { ErrorCode } from '@millrace/messaging';
import type { Unanswered } from './exchange.ts';

/** How a call ended, in the words of logs and metrics. */
export type CallOutcome = 'ok' | FailedOutcome;
export type FailedOutcome = 'retryable' | 'rejected' | 'timeout' | 'unreachable' | 'aborted';

export const errorCodeOf: Readonly<Record<FailedOutcome, ErrorCode>> = {
  retryable: 'API_UNAVAILABLE',
  rejected: 'API_REJECTED',
  timeout: 'API_TIMEOUT',
  unreachable: 'API_UNREACHABLE',
  aborted: 'CALL_ABORTED',
};

/** 4xx that say "not now": Request Timeout, Too Early, Too Many Requests. */
const retryableStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** Redirects count as rejected: following one would send the request twice. */
export function classifyStatus(status: number): 'ok' | 'retryable' | 'rejected' {
  if (status >= 200 && status < 300) return 'ok';
  return status >= 500 || retryableStatuses.has(status) ? 'retryable' : 'rejected';
}

/** Failures that are not the connection's, by undici's code. */
const outcomeByCode: Readonly<Record<string, FailedOutcome>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_CLOSED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
  // A path or header that HTTP cannot carry: it will not carry it later either.
  UND_ERR_INVALID_ARG: 'rejected',
};

export function classifyUnanswered(result: Unanswered): FailedOutcome {
  switch (result.kind) {
    case 'timed-out':
      return 'timeout';
    case 'aborted':
      return 'aborted';
    case 'crowded':
      return 'unreachable';
    case 'failed':
      return outcomeByCode[failureCode(result.error)] ?? 'unreachable';
  }
}

/** Node's, OpenSSL's or undici's code of a failure, e.g. `ECONNREFUSED`. */
export function failureCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
