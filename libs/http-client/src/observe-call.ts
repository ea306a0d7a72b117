import {
  attributeNames,
  durationHistogram,
  endSpan,
  type Logger,
  metricNames,
  spanNames,
  startSpan,
} from '@millrace/telemetry';
import {
  type Attributes,
  context as active,
  type Context,
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import type { CallOutcome } from './classification.ts';
import type { CallContext, HttpRequest } from './http-target.ts';
import { withoutQuery } from './without-query.ts';

export interface CallObserverOptions {
  readonly api: string;
  readonly baseUrl: URL;
  /** What goes before each path. */
  readonly prefix: string;
  /**
   * For calls that bring none of their own. It decides for all whether they are logged, so that the log of a call that will
   * not be logged is not even made.
   */
  readonly log: Logger;
}

export interface CallEnd {
  readonly outcome: CallOutcome;
  readonly answer?: { readonly status: number } | undefined;
  /** Absent for a call that went well. */
  readonly error?: Error | undefined;
}

export interface ObservedCall {
  /** Names and values in turn: they make the API's spans children of this call's. */
  readonly traceHeaders: readonly string[];
  /** Ends the span, writes the log line, counts the call. In the asynchronous context of its caller. */
  end(end: CallEnd): void;
}

/** Begins to observe a call. */
export type CallObserver = (
  request: Pick<HttpRequest, 'method' | 'path'>,
  context: Pick<CallContext, 'attempt' | 'log'>,
) => ObservedCall;

/** Everything people see of the calls to an API: a span, a log line and a measurement each; nothing is made for nobody. */
export function createCallObserver({ api, baseUrl, prefix, log: ofTarget }: CallObserverOptions): CallObserver {
  const record = createDurationRecorder(api);
  const server = serverAttributes(api, baseUrl);
  return ({ method, path }, context) => {
    const startedMs = performance.now();
    const parent = active.active();
    const span = startSpan(spanNames.call(method, api), { kind: SpanKind.CLIENT, parent });
    if (span.isRecording()) {
      span.setAttributes(server);
      span.setAttributes({
        [attributeNames.httpMethod]: method,
        [attributeNames.urlPath]: prefix + withoutQuery(path),
        [attributeNames.attempt]: context.attempt ?? 1,
      });
    }
    const end = ({ outcome, answer, error }: CallEnd) => {
      const ms = performance.now() - startedMs;
      endCallSpan(span, { outcome, answer, error });
      record(ms, outcome, answer?.status);
      if (!ofTarget.isLevelEnabled('info')) return;
      const { attempt = 1, log = ofTarget } = context;
      const line = {
        api,
        method,
        path: withoutQuery(path),
        status: answer?.status,
        ms: Math.round(ms),
        attempt,
        outcome,
      };
      log.info(line, 'api call');
    };
    return { traceHeaders: traceHeadersOf(span, parent), end };
  };
}

function serverAttributes(api: string, { hostname, port, protocol }: URL): Attributes {
  return {
    [attributeNames.api]: api,
    [attributeNames.serverAddress]: hostname,
    [attributeNames.serverPort]: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}

function traceHeadersOf(span: Span, parent: Context): readonly string[] {
  if (!isSpanContextValid(span.spanContext())) return none;
  const headers: string[] = [];
  propagation.inject(trace.setSpan(parent, span), headers, flatSetter);
  return headers;
}

const none: readonly string[] = [];
const flatSetter: TextMapSetter<string[]> = { set: (headers, name, value) => void headers.push(name, value) };

/** Its attribute sets are few, and kept. */
function createDurationRecorder(api: string) {
  const duration = durationHistogram(
    metricNames.apiCallDuration,
    'Time from the start of a call to the last byte of its answer.',
  );
  const known = new Map<string, Attributes>();
  return (ms: number, outcome: CallOutcome, status: number | undefined) => {
    const key = status === undefined ? outcome : `${outcome} ${status}`;
    let attributes = known.get(key);
    if (!attributes) known.set(key, (attributes = durationAttributes(api, outcome, status)));
    duration.record(ms / 1000, attributes);
  };
}

function durationAttributes(api: string, outcome: CallOutcome, status: number | undefined): Attributes {
  const { api: apiName, httpStatus, outcome: outcomeName } = attributeNames;
  return { [apiName]: api, [httpStatus]: status ?? 'none', [outcomeName]: outcome };
}

function endCallSpan(span: Span, { outcome, answer, error }: CallEnd): void {
  if (span.isRecording()) {
    span.setAttribute(attributeNames.outcome, outcome);
    if (answer) span.setAttribute(attributeNames.httpStatus, answer.status);
  }
  endSpan(span, error);
}
