import type { EventContract } from '@millrace/messaging';

/**
 * Port: an event that lives or dies with the caller's transaction.
 *
 * `append` writes the encoded event with the trace context of the caller, or throws `INVALID_EVENT` for data that breaks
 * the contract. After the commit the event is published at least once, in the order of appending for equal
 * keys, each time with the same event id; after a rollback never.
 *
 * `Written` is void where the database is driven synchronously: awaiting inside such a transaction would let statements
 * of other requests into it. It is a promise where each transaction has a connection of its own.
 */
export interface Outbox<Transaction, Written extends void | Promise<void> = Promise<void>> {
  append<Data>(transaction: Transaction, contract: EventContract<Data>, data: Data): Written;
}
