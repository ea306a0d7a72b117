export { carryOut } from './carry-out.ts';
export { createSqliteOutbox, type SqliteOutboxOptions } from './create-sqlite-outbox.ts';
export { createSqliteOutboxStore } from './create-sqlite-outbox-store.ts';
export { openSqlite, type SqliteOptions } from './open-sqlite.ts';
export type { Outbox } from './outbox.ts';
export type { OutboxBacklog, OutboxRow, OutboxStore } from './outbox-store.ts';
export { outboxTable } from './outbox-table.ts';
export { createRelay, type Relay, type RelayOptions } from './relay.ts';
export { inTransaction, type SqliteTransaction } from './sqlite-transaction.ts';
