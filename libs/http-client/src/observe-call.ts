import {
  attributeNames,
  durationHistogram,
  endSpan,
  type Logger,
  metricNames,
  spanNames,
  startSpan,
  type TraceHeaders,
  traceHeaders,
} from '@millrace/telemetry';
import { type Attributes, context, type Span, SpanKind, trace } from '@opentelemetry/api';
import type { CallOutcome } from './classify.ts';
import type { HttpMethod } from './http-target.ts';

export interface CallFacts {
  readonly method: HttpMethod;
  /** As the caller gave it, without query. */
  readonly path: string;
  /** As it is sent, without query. */
  readonly urlPath: string;
  readonly attempt: number;
  readonly log: Logger;
}

export interface CallEnd {
  readonly outcome: CallOutcome;
  readonly answer?: { readonly status: number } | undefined;
  /** Absent for a call that went well. */
  readonly error?: Error | undefined;
}

export interface ObservedCall {
  /** Make the API's spans children of this call's. */
  readonly traceHeaders: TraceHeaders;
  /** Ends the span, writes the log line, counts the call. */
  end(end: CallEnd): void;
}

/** Begins to observe a call. */
export type CallObserver = (facts: CallFacts) => ObservedCall;

/** Everything people see of the calls to `api`: a span, a log line and a measurement each. */
export function createCallObserver(api: string, baseUrl: URL): CallObserver {
  const duration = durationHistogram(
    metricNames.apiCallDuration,
    'Time from the start of a call to the last byte of its answer.',
  );
  const server = serverAttributes(api, baseUrl);
  return ({ method, path, urlPath, attempt, log }) => {
    const startedMs = performance.now();
    const { httpMethod, urlPath: urlPathName, attempt: attemptName } = attributeNames;
    const attributes = { ...server, [httpMethod]: method, [urlPathName]: urlPath, [attemptName]: attempt };
    const span = startSpan(spanNames.call(method, api), { kind: SpanKind.CLIENT, attributes });
    const end = ({ outcome, answer, error }: CallEnd) => {
      const ms = performance.now() - startedMs;
      endCallSpan(span, { outcome, answer, error });
      duration.record(ms / 1000, durationAttributes(api, outcome, answer?.status));
      log.info({ api, method, path, status: answer?.status, ms: Math.round(ms), attempt, outcome }, 'api call');
    };
    return { traceHeaders: traceHeaders(trace.setSpan(context.active(), span)), end };
  };
}

function serverAttributes(api: string, { hostname, port, protocol }: URL): Attributes {
  return {
    [attributeNames.api]: api,
    [attributeNames.serverAddress]: hostname,
    [attributeNames.serverPort]: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}

function durationAttributes(api: string, outcome: CallOutcome, status: number | undefined): Attributes {
  const { api: apiName, httpStatus, outcome: outcomeName } = attributeNames;
  return { [apiName]: api, [httpStatus]: status ?? 'none', [outcomeName]: outcome };
}

function endCallSpan(span: Span, { outcome, answer, error }: CallEnd): void {
  span.setAttribute(attributeNames.outcome, outcome);
  if (answer) span.setAttribute(attributeNames.httpStatus, answer.status);
  endSpan(span, error);
}
