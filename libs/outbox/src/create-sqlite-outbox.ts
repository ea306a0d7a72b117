import { appendedEvent, type OutboxEvents } from './appended-event.ts';
import type { Outbox } from './outbox.ts';
import type { SqliteTransaction } from './sqlite-transaction.ts';

export interface SqliteOutboxOptions extends OutboxEvents {
  /** Called after each commit that appended something: the relay's `wake`. */
  readonly onCommitted: () => void;
}

/** The outbox of a database made with `outboxTable`. `append` throws `CONFIG_INVALID` for a contract not among its events. */
export function createSqliteOutbox({ onCommitted, ...events }: SqliteOutboxOptions): Outbox<SqliteTransaction, void> {
  return {
    append: (transaction, contract, data) => {
      const { eventId, record, headers, trace } = appendedEvent(events, contract, data);
      const { topic, key, value } = record;
      transaction.database.prepare(insertSql).run(eventId, topic, key, value, headers, trace, Date.now());
      transaction.afterCommit(onCommitted);
    },
  };
}

const insertSql = `
  INSERT INTO outbox (event_id, topic, key, value, headers, trace, appended_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
`;
