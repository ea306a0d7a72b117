import type { ServiceError } from '@millrace/messaging';
import { answerError, type CallLabel, unansweredError } from './call-error.ts';
import { type CallOutcome, classifyStatus, classifyUnanswered } from './classify.ts';
import { exchange, type ExchangeResult, type TargetPorts } from './exchange.ts';
import type { HttpAnswer, HttpRequest } from './http-target.ts';
import { createCallObserver } from './observe-call.ts';
import { readAnswer } from './read-answer.ts';
import { requestHeaders } from './request-headers.ts';
import type { TargetOptions } from './target-options.ts';

/** How an attempt ended, for its caller. */
export type Attempted =
  | { readonly kind: 'accepted'; readonly outcome: CallOutcome; readonly answer: HttpAnswer }
  | {
      readonly kind: 'refused';
      readonly outcome: CallOutcome;
      readonly answer: HttpAnswer;
      readonly error: ServiceError;
    }
  | { readonly kind: 'unanswered'; readonly outcome: CallOutcome; readonly error: ServiceError };

/** One attempt at a request. Rejects only where `json` cannot be written as JSON. */
export type Attempt = (request: HttpRequest) => Promise<Attempted>;

export type AttemptOptions = Pick<TargetOptions, 'name' | 'timeoutMs' | 'token' | 'log'>;

/** Binds attempts to an API: sent through the dispatcher to `baseUrl`, classified, and seen in traces, logs and metrics. */
export function createAttempt(ports: TargetPorts, baseUrl: URL, options: AttemptOptions): Attempt {
  const { name: api, timeoutMs, token } = options;
  const prefix = baseUrl.pathname.replace(/\/$/, '');
  const observe = createCallObserver(api, baseUrl);
  return async (request) => {
    const { method, signal, json, attempt = 1, log = options.log } = request;
    const path = withoutQuery(request.path);
    const body = json === undefined ? undefined : JSON.stringify(json);
    const call = observe({ method, path, urlPath: prefix + path, attempt, log });
    const headers = { ...requestHeaders(request, token), ...call.traceHeaders };
    const sent = { method, path: prefix + request.path, headers, body, timeoutMs, signal };
    const result = await exchange(ports, sent);
    const attempted = conclude({ api, request: `${method} ${path}`, timeoutMs }, result, ports.clock.now());
    call.end(attempted);
    return attempted;
  };
}

function conclude(label: CallLabel, result: ExchangeResult, nowMs: number): Attempted {
  if (result.kind !== 'answered')
    return { kind: 'unanswered', outcome: classifyUnanswered(result), error: unansweredError(label, result) };
  const outcome = classifyStatus(result.status);
  const answer = readAnswer(result);
  if (outcome === 'ok') return { kind: 'accepted', outcome, answer };
  return { kind: 'refused', outcome, answer, error: answerError(label, outcome, result, nowMs) };
}

const withoutQuery = (path: string) => path.split(/[?#]/, 1)[0] ?? '';
