import { context, propagation, ROOT_CONTEXT, type Context, type TextMapGetter } from '@opentelemetry/api';

/** Header names to values, as carried by HTTP requests, Kafka records and outbox rows. */
export type TraceHeaders = Record<string, string>;

/** The W3C headers (`traceparent`, `tracestate`) of the given context, by default of the active span; empty without one. */
export function traceHeaders(of: Context = context.active()): TraceHeaders {
  const headers: TraceHeaders = {};
  propagation.inject(of, headers);
  return headers;
}

/**
 * The context that `headers` carry; headers without a valid `traceparent` begin a trace of their own. `getter` reads headers
 * that are not texts by name.
 */
export function contextFrom<Headers = Readonly<Record<string, string | undefined>>>(
  headers: Headers,
  getter?: TextMapGetter<Headers>,
): Context {
  return propagation.extract(ROOT_CONTEXT, headers, getter);
}
