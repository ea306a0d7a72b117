import {
  type Attributes,
  context,
  type Context,
  isSpanContextValid,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { attributeNames } from './names.ts';

const tracer = trace.getTracer('millrace');
const none: Attributes = {};
const noLinks: Link[] = [];
/** Below a request that somebody wants to see. */
const sampled = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: '1'.repeat(32),
  spanId: '1'.repeat(16),
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
});

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** @default the active context */
  readonly parent?: Context;
  /** Spans of other traces that it has to do with. @default none */
  readonly links?: Link[];
}

/** Whether there is anybody for whom spans are recorded. What is asked for it is a span that never ends, and so goes nowhere. */
export function spansAreRecorded(): boolean {
  return tracer.startSpan('probe', undefined, sampled).isRecording();
}

/** Starts a span that is not made active; its owner ends it, by {@link endSpan} where it can fail. */
export function startSpan(name: string, options: SpanOptions = {}): Span {
  const { kind = SpanKind.INTERNAL, attributes = none, parent = context.active(), links = noLinks } = options;
  return tracer.startSpan(name, { kind, attributes, links }, parent);
}

/** `parent`, with `span`, which was started in it, as the active one, if it is one: nothing goes on from a span of no trace. */
export function contextOf(span: Span, parent: Context): Context {
  if (trace.getSpan(parent) === span || !isSpanContextValid(span.spanContext())) return parent;
  return trace.setSpan(parent, span);
}

/** Ends `span`; with an error, the span says so first. Error messages must be free of personal data: they are exported. */
export function endSpan(span: Span, error?: unknown): void {
  if (error !== undefined) {
    span.setAttribute(attributeNames.errorType, errorType(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : typeof error });
  }
  span.end();
}

/** Runs `work` with a new span as the active one, and ends the span with it. */
export async function withSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const parent = options.parent ?? context.active();
  const span = startSpan(name, options);
  try {
    const result = await context.with(contextOf(span, parent), work, undefined, span);
    endSpan(span);
    return result;
  } catch (error) {
    endSpan(span, error);
    throw error;
  }
}

function errorType(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : typeof error;
}
