import {
  createEvent,
  encodeEvent,
  type EventContract,
  type EventEnvelope,
  type OutgoingRecord,
  ServiceError,
} from '@millrace/messaging';
import { attributeNames, endSpan, spanNames, startSpan, traceHeaders } from '@millrace/telemetry';
import { context, trace } from '@opentelemetry/api';

/** Whose events an outbox takes. */
export interface OutboxEvents {
  /** The CloudEvents `source` of all its events, e.g. `/user-service`. */
  readonly source: string;
  /** All that may be appended: what the service says it publishes, and nothing else. */
  readonly events: readonly EventContract[];
}

/** An event as a row holds it. */
export interface AppendedEvent {
  readonly eventId: string;
  readonly record: OutgoingRecord;
  /** JSON. */
  readonly headers: string;
  /** JSON: the context of a span that marks the append; what publishes the event, an hour later perhaps, becomes its child. */
  readonly trace: string;
}

/** Throws `CONFIG_INVALID` for a contract not among the events, and `INVALID_EVENT` for data that breaks it. */
export function appendedEvent<Data>(
  { source, events }: OutboxEvents,
  contract: EventContract<Data>,
  data: Data,
): AppendedEvent {
  if (!(events as readonly unknown[]).includes(contract)) throw undeclared(contract.type, source);
  const event = createEvent(contract, data, { source });
  const record = encodeEvent(contract.topic, event);
  return {
    eventId: event.id,
    record,
    headers: JSON.stringify(record.headers),
    trace: JSON.stringify(appendContext(event)),
  };
}

function undeclared(type: string, source: string): ServiceError {
  return new ServiceError('CONFIG_INVALID', `${type} is not among the events of ${source}'s outbox; add it to them`);
}

function appendContext({ id, type }: EventEnvelope): object {
  const span = startSpan(spanNames.append(type), {
    attributes: { [attributeNames.eventType]: type, [attributeNames.messageId]: id },
  });
  const headers = traceHeaders(trace.setSpan(context.active(), span));
  endSpan(span);
  return headers;
}
