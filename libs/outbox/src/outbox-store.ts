import type { OutgoingRecord } from '@millrace/messaging';
import type { TraceHeaders } from '@millrace/telemetry';

/** An event that waits for its publication. */
export interface OutboxRow {
  /** For rows of equal key, grows in the order in which their transactions were committed. */
  readonly id: number;
  readonly record: OutgoingRecord;
  /** The context in which the event was appended. */
  readonly trace: TraceHeaders;
}

/** A row of which no record can be made. */
export interface UnreadableRow {
  readonly id: number;
  /** What is wrong with it, without its content. */
  readonly unreadable: string;
}

/** What is not yet published. */
export interface OutboxBacklog {
  /** Rows that wait, those held up by a row set aside among them. */
  readonly depth: number;
  /** When the oldest waiting row was appended, in ms since 1970; undefined when none waits. */
  readonly oldestAtMs: number | undefined;
  /** Rows that wait for an operator. */
  readonly setAside: number;
}

/**
 * Port: the outbox as its relay sees it. One relay per store; its calls do not overlap, except `backlog`, which may come
 * at any time. Every method rejects when the database did not carry it out, and may then be repeated.
 */
export interface OutboxStore {
  /**
   * The first `limit` committed rows that may be published, in rising order of id; fewer where they are large. They are
   * chosen by not being marked, never by an id above the last one seen: with several writers, commits become visible out of
   * order. A row that is set aside is not among them, nor any later row of its topic and key.
   */
  pending(limit: number): Promise<readonly (OutboxRow | UnreadableRow)[]>;
  /** Durably marks rows as published. Ids that are marked already, or gone, are ignored. */
  markPublished(ids: readonly number[]): Promise<void>;
  /** Durably keeps a row, and all of its key after it, from being published until an operator says otherwise. */
  setAside(id: number, reason: string): Promise<void>;
  backlog(): Promise<OutboxBacklog>;
  /** Removes at most `limit` rows that were marked before `beforeMs` (ms since 1970); how many it removed. */
  prune(beforeMs: number, limit: number): Promise<number>;
}
