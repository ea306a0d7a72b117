import { createEvent, encodeEvent, type EventContract, type EventEnvelope, ServiceError } from '@millrace/messaging';
import { attributeNames, endSpan, spanNames, startSpan, traceHeaders } from '@millrace/telemetry';
import { context, trace } from '@opentelemetry/api';
import type { Outbox } from './outbox.ts';
import type { SqliteTransaction } from './sqlite-transaction.ts';

export interface SqliteOutboxOptions {
  /** The CloudEvents `source` of all its events, e.g. `/user-service`. */
  readonly source: string;
  /** All that may be appended: what the service says it publishes, and nothing else. */
  readonly events: readonly EventContract[];
  /** Called after each commit that appended something: the relay's `wake`. */
  readonly onCommitted: () => void;
}

/** The outbox of a database made with `outboxTable`. `append` throws `CONFIG_INVALID` for a contract not among its events. */
export function createSqliteOutbox({
  source,
  events,
  onCommitted,
}: SqliteOutboxOptions): Outbox<SqliteTransaction, void> {
  return {
    append: (transaction, contract, data) => {
      if (!events.includes(contract)) throw undeclared(contract, source);
      insert(transaction, contract.topic, createEvent(contract, data, { source }));
      transaction.afterCommit(onCommitted);
    },
  };
}

function undeclared({ type }: EventContract, source: string): ServiceError {
  return new ServiceError('CONFIG_INVALID', `${type} is not among the events of ${source}'s outbox; add it to them`);
}

const insertSql = `
  INSERT INTO outbox (event_id, topic, key, value, headers, trace, appended_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
`;

function insert({ database }: SqliteTransaction, topic: string, event: EventEnvelope): void {
  const { key, value, headers } = encodeEvent(topic, event);
  const appended = JSON.stringify(appendContext(event));
  database.prepare(insertSql).run(event.id, topic, key, value, JSON.stringify(headers), appended, Date.now());
}

/** The context of a span that marks the append: what publishes the event, an hour later perhaps, becomes its child. */
function appendContext({ id, type }: EventEnvelope): object {
  const span = startSpan(spanNames.append(type), {
    attributes: { [attributeNames.eventType]: type, [attributeNames.messageId]: id },
  });
  const headers = traceHeaders(trace.setSpan(context.active(), span));
  endSpan(span);
  return headers;
}
