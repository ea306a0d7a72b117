import { attributeNames, spanNames, traceHeaders, withSpan } from '@millrace/telemetry';
import { SpanKind } from '@opentelemetry/api';
import type { EventContract } from './define-event.ts';
import { createEvent, encodeEvent, type EventEnvelope } from './event-envelope.ts';
import type { RecordProducer } from '../ports/record-producer.ts';

/**
 * Port: `publish` resolves when the event is durable, not when it has been handled; it rejects when that is not known, and
 * with `INVALID_EVENT`, nothing sent, for data that does not fit the contract.
 */
export interface Publisher {
  publish<Data>(contract: EventContract<Data>, data: Data): Promise<void>;
}

/** Publishes straight to the topic. Where the event must live or die with a database transaction, use the outbox instead. */
export function createPublisher({
  producer,
  source,
}: {
  readonly producer: RecordProducer;
  readonly source: string;
}): Publisher {
  return {
    publish: async (contract, data) => {
      const { topic } = contract;
      const event = createEvent(contract, data, { source });
      const attributes = { [attributeNames.messagingSystem]: 'kafka', [attributeNames.topic]: topic };
      const span = { kind: SpanKind.PRODUCER, attributes: { ...attributes, [attributeNames.messageId]: event.id } };
      await withSpan(spanNames.publish(topic), span, () => send(producer, topic, event));
    },
  };
}

/** The record carries the active span, so that what its consumers do belongs to it. */
function send(producer: RecordProducer, topic: string, event: EventEnvelope): Promise<void> {
  const record = encodeEvent(topic, event);
  return producer.send([{ ...record, headers: { ...record.headers, ...traceHeaders() } }]);
}
