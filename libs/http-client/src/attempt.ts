import type { Clock } from '@millrace/messaging';
import type { CircuitBreaker } from './breaker/circuit-breaker.ts';
import { callError } from './call-error.ts';
import { type CallOutcome, classifyStatus, classifyUnanswered } from './classification.ts';
import type { ExchangeRequest } from './connection.ts';
import type { Connections } from './connections.ts';
import { exchange, type ExchangeResult } from './exchange.ts';
import type { Gate } from './gate.ts';
import type { CallContext, HttpAnswer, HttpRequest } from './http-target.ts';
import { createCallObserver, type ObservedCall } from './observe-call.ts';
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

export interface AttemptOptions extends Pick<
  TargetOptions,
  'name' | 'timeoutMs' | 'token' | 'idempotent' | 'classify' | 'log'
> {
  readonly baseUrl: URL;
  readonly breaker: Pick<CircuitBreaker, 'ended'> | undefined;
  readonly gate: Pick<Gate, 'answered'>;
  readonly clock: Clock;
}

/** Binds attempts to an API: sent below `baseUrl`, classified, and seen in traces, logs and metrics. */
export function createAttempt(connections: Connections, options: AttemptOptions): Attempt {
  const {
    name: api,
    baseUrl,
    timeoutMs,
    token,
    idempotent: ofTarget = true,
    classify,
    breaker,
    gate,
    clock,
    log,
  } = options;
  const prefix = baseUrl.pathname.replace(/\/$/, '');
  const authorization = token === undefined ? [] : ['authorization', `Bearer ${token}`];
  const observe = createCallObserver({ api, baseUrl, prefix, log });
  return (request, context, wanted) => {
    const body = bodyOf(request.json);
    if (body instanceof Error) return Promise.reject(body);
    const begun = begin(request, body, context);
    return begun.result.then((result) => end(begun, wanted, result));
  };

  /** What it is sent with is not kept while thousands wait for their answers, as it would be by an asynchronous function. */
  function begin(request: Parameters<Attempt>[0], body: ExchangeRequest['body'], context: CallContext): BegunCall {
    const { method, path } = request;
    const { idempotencyKey, order, about = order?.key ?? idempotencyKey, idempotent = ofTarget } = context;
    const call = observe(request, context);
    const mark = clock.mark();
    const keys = { idempotencyKey: idempotent ? idempotencyKey : undefined, order };
    const headers = requestHeaders(request, keys, [...authorization, ...call.traceHeaders]);
    const result = exchange(connections, { method, path: prefix + path, headers, body }, context);
    return { method, path, about, idempotent, call, mark, result };
  }

  function end(begun: BegunCall, wanted: Parameters<Attempt>[2], result: ExchangeResult): HttpAnswer {
    const { method, path, about, idempotent, call, mark } = begun;
    gate.answered(result.kind === 'answered' ? result : unanswered);
    const { outcome, answer } = conclude(result, classify);
    const ended = { mark, outcome, status: answer?.status, key: about };
    const targetAtFault = breaker?.ended(ended) ?? false;
    const label = { api, method, path, timeoutMs, idempotent, targetAtFault };
    const error = outcome === 'ok' ? undefined : callError(label, { outcome, result, answer }, clock.now());
    call.end({ outcome, answer, error });
    if (error && (!answer || wanted === 'success')) throw error;
    return answer as HttpAnswer;
  }
}

/** A request that was given to a connection, or waits for one. */
interface BegunCall extends Pick<HttpRequest, 'method' | 'path'> {
  readonly idempotent: boolean;
  readonly about: string | undefined;
  readonly call: ObservedCall;
  readonly mark: number;
  readonly result: Promise<ExchangeResult>;
}

const unanswered = { status: undefined, headers: {} };

/** What the call has come to; `classify` is asked first. */
function conclude(
  result: ExchangeResult,
  classify: TargetOptions['classify'],
): { readonly outcome: CallOutcome; readonly answer: HttpAnswer | undefined } {
  if (result.kind !== 'answered') return { outcome: classifyUnanswered(result), answer: undefined };
  const answer = new ReadAnswer(result);
  return { outcome: classify?.(answer) ?? classifyStatus(answer.status), answer };
}

function bodyOf(json: unknown): ExchangeRequest['body'] | Error {
  if (json === undefined) return null;
  if (json instanceof Uint8Array) return json;
  try {
    return JSON.stringify(json);
  } catch (error) {
    return error instanceof Error ? error : new TypeError('the data cannot be written as JSON', { cause: error });
  }
}
