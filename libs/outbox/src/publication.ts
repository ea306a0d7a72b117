import { headerText, type OutgoingRecord } from '@millrace/messaging';
import { attributeNames, contextFrom, spanNames, startSpan, traceHeaders } from '@millrace/telemetry';
import { type Span, SpanKind, trace } from '@opentelemetry/api';
import type { OutboxRow } from './outbox-store.ts';

/** A row on its way to Kafka. */
export interface Publication {
  /** From the first try to the acknowledgement, however long that takes. Ended by whoever sends. */
  readonly span: Span;
  /** The row's record with the span's context in its headers, so that consumers become its children. */
  readonly record: OutgoingRecord;
}

/** Opens the publication of a row, as part of the trace in which its event was appended. */
export function openPublication({ record, trace: appended }: OutboxRow): Publication {
  const parent = contextFrom(appended);
  const span = startSpan(spanNames.publish(record.topic), {
    kind: SpanKind.PRODUCER,
    parent,
    attributes: {
      [attributeNames.messagingSystem]: 'kafka',
      [attributeNames.operation]: 'send',
      [attributeNames.topic]: record.topic,
      [attributeNames.messageId]: headerText(record.headers, 'ce_id') ?? '',
      [attributeNames.eventType]: headerText(record.headers, 'ce_type') ?? '',
    },
  });
  const headers = { ...record.headers, ...traceHeaders(trace.setSpan(parent, span)) };
  return { span, record: { ...record, headers } };
}
