import { attributeNames, contextFrom, spanNames, startSpan } from '@millrace/telemetry';
import { type Context, type Span, SpanKind } from '@opentelemetry/api';
import type { EventEnvelope } from '../events/event-envelope.ts';
import { traceContextHeaders } from '../events/event-headers.ts';
import { headerText, type KafkaRecord } from '../ports/record.ts';

const traceHeaderNames = Object.keys(traceContextHeaders.shape);

/** The trace context that a record carries: that of the request which caused it. */
export function recordContext({ headers }: Pick<KafkaRecord, 'headers'>): Context {
  return contextFrom(Object.fromEntries(traceHeaderNames.map((name) => [name, headerText(headers, name)])));
}

/** What an attempt's span says. */
export interface AttemptSpanOptions {
  readonly record: KafkaRecord;
  readonly event: EventEnvelope;
  readonly group: string;
  readonly subscription: string;
  readonly attempt: number;
  readonly parent: Context;
}

/** Starts the span of one attempt; the caller ends it. */
export function startAttemptSpan({ record, event, group, subscription, attempt, parent }: AttemptSpanOptions): Span {
  return startSpan(spanNames.process(record.topic), {
    kind: SpanKind.CONSUMER,
    parent,
    attributes: {
      [attributeNames.messagingSystem]: 'kafka',
      [attributeNames.operation]: 'process',
      [attributeNames.topic]: record.topic,
      [attributeNames.partition]: String(record.partition),
      [attributeNames.offset]: record.offset,
      [attributeNames.group]: group,
      [attributeNames.messageId]: event.id,
      [attributeNames.eventType]: event.type,
      [attributeNames.subscription]: subscription,
      [attributeNames.attempt]: attempt,
    },
  });
}
