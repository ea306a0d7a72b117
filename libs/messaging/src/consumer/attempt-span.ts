import { attributeNames, contextFrom, spanNames, startSpan } from '@millrace/telemetry';
import { type Attributes, type Context, type Link, type Span, SpanKind, type TextMapGetter } from '@opentelemetry/api';
import type { EventEnvelope } from '../events/event-envelope.ts';
import { headerText, type KafkaRecord, type RecordHeaders } from '../ports/record.ts';

const recordHeaders: TextMapGetter<RecordHeaders> = {
  get: headerText,
  keys: (headers) => Object.keys(headers),
};

/** The trace context that a record carries: that of the request which caused it. */
export function recordContext({ headers }: Pick<KafkaRecord, 'headers'>): Context {
  return contextFrom(headers, recordHeaders);
}

const none: Link[] = [];

/** What an attempt's span says. */
export interface AttemptSpanOptions {
  readonly record: KafkaRecord;
  readonly event: EventEnvelope;
  readonly group: string;
  readonly subscription: string;
  readonly attempt: number;
  readonly parent: Context;
  /** @default none */
  readonly links?: Link[];
}

/** Starts the span of one attempt; the caller ends it. What it says is put together only where somebody will hear it. */
export function startAttemptSpan(options: AttemptSpanOptions): Span {
  const { record, parent, links = none } = options;
  const span = startSpan(spanNames.process(record.topic), { kind: SpanKind.CONSUMER, parent, links });
  return span.isRecording() ? span.setAttributes(attributesOf(options)) : span;
}

function attributesOf({ record, event, group, subscription, attempt }: AttemptSpanOptions): Attributes {
  const replays = headerText(record.headers, 'millrace_dlq_replays');
  return {
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
    ...(replays !== undefined && { [attributeNames.replays]: Number(replays) }),
  };
}
