import type { Clock, ServiceError } from '@millrace/messaging';
import { answerError, type CallLabel, unansweredError } from './call-error.ts';
import { type CallOutcome, classifyStatus, classifyUnanswered } from './classify.ts';
import type { Connections } from './connections.ts';
import { exchange, type ExchangeResult } from './exchange.ts';
import type { CallContext, HttpAnswer, HttpRequest } from './http-target.ts';
import { createCallObserver } from './observe-call.ts';
import { ReadAnswer } from './read-answer.ts';
import { requestHeaders } from './request-headers.ts';
import type { TargetOptions } from './target-options.ts';

/**
 * One attempt at a request. Resolves with the API's answer; rejects where there was none, where the answer was not 2xx and
 * nothing else is `wanted`, and where `json` cannot be written as JSON.
 */
export type Attempt = (
  request: Omit<HttpRequest, keyof CallContext>,
  context: CallContext,
  wanted: 'success' | 'any answer',
) => Promise<HttpAnswer>;

export interface AttemptOptions extends Pick<TargetOptions, 'name' | 'timeoutMs' | 'token' | 'log'> {
  readonly baseUrl: URL;
  readonly clock: Clock;
}

/** Binds attempts to an API: sent below `baseUrl`, classified, and seen in traces, logs and metrics. */
export function createAttempt(connections: Connections, options: AttemptOptions): Attempt {
  const { name: api, baseUrl, timeoutMs, token, clock, log } = options;
  const prefix = baseUrl.pathname.replace(/\/$/, '');
  const authorization = token === undefined ? [] : ['authorization', `Bearer ${token}`];
  const observe = createCallObserver({ api, baseUrl, prefix, log });
  return async (request, context, wanted) => {
    const { method, path } = request;
    const body = bodyOf(request.json);
    const call = observe(request, context);
    const headers = requestHeaders(request, context, [...authorization, ...call.traceHeaders]);
    const result = await exchange(connections, { method, path: prefix + path, headers, body }, context.signal);
    const end = conclude(result, { api, method, path, timeoutMs }, clock);
    call.end(end);
    if (!end.answer) throw end.error;
    if (end.error && wanted === 'success') throw end.error;
    return end.answer;
  };
}

/** Every outcome but ok has its error. */
type AttemptEnd =
  | { readonly outcome: CallOutcome; readonly answer: HttpAnswer; readonly error: ServiceError | undefined }
  | { readonly outcome: CallOutcome; readonly answer: undefined; readonly error: ServiceError };

function conclude(result: ExchangeResult, label: CallLabel, clock: Clock): AttemptEnd {
  if (result.kind !== 'answered')
    return { outcome: classifyUnanswered(result), answer: undefined, error: unansweredError(label, result) };
  const outcome = classifyStatus(result.status);
  const answer = new ReadAnswer(result);
  const error = outcome === 'ok' ? undefined : answerError(label, outcome, answer, clock.now());
  return { outcome, answer, error };
}

function bodyOf(json: unknown): string | Uint8Array | null {
  if (json === undefined) return null;
  return json instanceof Uint8Array ? json : JSON.stringify(json);
}
