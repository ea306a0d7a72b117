import { headerText, type RecordProducer, ServiceError } from '@millrace/messaging';
import { endSpan, type Logger } from '@millrace/telemetry';
import type { Counter } from '@opentelemetry/api';
import { Outage } from './outage.ts';
import type { OutboxRow, OutboxStore, UnreadableRow } from './outbox-store.ts';
import { openPublication } from './publication.ts';
import { Sleeper } from './sleeper.ts';

export interface RelayLoopOptions {
  readonly store: OutboxStore;
  readonly producer: RecordProducer;
  readonly log: Logger;
  /** Counts by topic. */
  readonly published: Counter;
  readonly batchSize: number;
  readonly pollIntervalMs: number;
  readonly restMs: number;
  readonly keepPublishedMs: number;
  readonly drainTimeoutMs: number;
}

const firstDelayMs = 100;
const maxDelayMs = 5_000;
/** As many times as long as the batch before it took, so long at the most. */
const restTimes = 3;
const maxRestMs = 1_000;
const pruneIntervalMs = 60_000;
const pruneLimit = 1_000;

/**
 * Sends a store's rows in order of id, one batch at a time, so that no retry can overtake an older event of the same key, and
 * marks them only after the acknowledgement. What fails is tried again, the same rows in the same order, for ever. A process
 * that dies between acknowledgement and mark sends the same events again after its restart, with the same event ids.
 *
 * A row that Kafka refuses for good, or that cannot be read, is set aside, with the rest of its key: see docs/outbox.md. In a
 * batch that was refused it is found by halves.
 *
 * A producer that says `LEASE_LOST` ends the loop: somebody else has this store's rows now.
 */
export class RelayLoop {
  readonly #options: RelayLoopOptions;
  readonly #outage: Outage;
  readonly #idle = new Sleeper();
  readonly #backoff = new Sleeper();
  /** Aborted when nothing more may be sent or marked. */
  readonly #end = new AbortController();
  #draining = false;
  #finishing = false;
  #nextPruneMark = -Infinity;
  #running: Promise<void> | undefined;

  constructor(options: RelayLoopOptions) {
    this.#options = options;
    this.#outage = new Outage(options.log);
  }

  /** Resolves when the loop has ended, stopped or because the lease is lost. Never rejects but for a bug. */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  wake(): void {
    this.#idle.wake();
  }

  /** Publishes what waits, for at most `drainTimeoutMs`; gives up at once where publishing fails. */
  async stop(): Promise<void> {
    this.#draining = true;
    this.#idle.wake();
    this.#backoff.wake();
    const deadline = setTimeout(() => this.#end.abort(), this.#options.drainTimeoutMs);
    await Promise.race([this.#running, aborted(this.#end.signal)]);
    clearTimeout(deadline);
    this.abort();
  }

  /** Ends after the batch in hand, for which it waits for `drainTimeoutMs` at most: somebody else does the rest. */
  async finish(): Promise<void> {
    this.#finishing = true;
    await this.stop();
  }

  /** Ends at once: nothing more is sent. */
  abort(): void {
    this.#draining = true;
    this.#end.abort();
    this.#idle.wake();
    this.#backoff.wake();
  }

  async #run(): Promise<void> {
    const { store, batchSize, pollIntervalMs } = this.#options;
    try {
      for (;;) {
        const beganMark = performance.now();
        const rows = await this.#untilDone(() => store.pending(batchSize));
        if (rows.length > 0) await this.#handle(rows);
        if (this.#draining && (this.#finishing || rows.length === 0)) return;
        await this.#prune();
        if (rows.length === 0) await this.#idle.sleep(pollIntervalMs);
        else if (rows.length < batchSize && !this.#draining) await this.#rest(performance.now() - beganMark);
      }
    } catch (error) {
      if (!this.#end.signal.aborted && !isLeaseLost(error)) throw error;
    }
  }

  /** After a batch that took so long: where database and Kafka are busy, fewer batches with more in each are less work for both. */
  async #rest(tookMs: number): Promise<void> {
    const { restMs } = this.#options;
    if (restMs > 0) await this.#backoff.sleep(Math.max(restMs - tookMs, Math.min(restTimes * tookMs, maxRestMs)));
  }

  /** What waits behind a row that cannot be read is found at the next look, unless it is of the same key. */
  async #handle(rows: readonly (OutboxRow | UnreadableRow)[]): Promise<void> {
    const firstUnreadable = rows.findIndex((row) => 'unreadable' in row);
    const readable = rows.slice(0, firstUnreadable === -1 ? rows.length : firstUnreadable);
    await this.#publish(readable as readonly OutboxRow[]);
    const row = rows[firstUnreadable];
    if (row && 'unreadable' in row) await this.#setAside(row.id, row.unreadable, {});
  }

  /** The keys of rows that were set aside on the way. */
  async #publish(rows: readonly OutboxRow[]): Promise<readonly string[]> {
    const [first] = rows;
    if (!first) return [];
    const refusal = await this.#send(rows);
    if (refusal === undefined) {
      for (const { record } of rows) this.#options.published.add(1, { topic: record.topic });
      await this.#untilDone(() => this.#options.store.markPublished(rows.map(({ id }) => id)));
      return [];
    }
    if (rows.length > 1) return this.#publishHalves(rows);
    const { topic, headers } = first.record;
    await this.#setAside(first.id, refusal, { topic, eventId: headerText(headers, 'ce_id') });
    return keyOf(first);
  }

  async #publishHalves(rows: readonly OutboxRow[]): Promise<readonly string[]> {
    const middle = Math.ceil(rows.length / 2);
    const setAside = await this.#publish(rows.slice(0, middle));
    const others = rows.slice(middle).filter((row) => !keyOf(row).some((key) => setAside.includes(key)));
    return [...setAside, ...(await this.#publish(others))];
  }

  async #setAside(id: number, reason: string, about: object): Promise<void> {
    await this.#untilDone(() => this.#options.store.setAside(id, reason));
    this.#options.log.error(
      { outboxId: id, ...about, reason },
      'an event cannot be published and is set aside; later events of its key wait for an operator',
    );
  }

  /** Undefined when all are acknowledged, else why Kafka never will take them. */
  async #send(rows: readonly OutboxRow[]): Promise<string | undefined> {
    const publications = rows.map(openPublication);
    const endSpans = (error?: unknown) => {
      for (const { span } of publications) endSpan(span, error);
    };
    try {
      await this.#untilDone(() => this.#options.producer.send(publications.map(({ record }) => record)));
      endSpans();
      return undefined;
    } catch (error) {
      endSpans(error);
      if (isRefusal(error)) return error.message;
      throw error;
    }
  }

  async #prune(): Promise<void> {
    const { store, keepPublishedMs } = this.#options;
    if (performance.now() < this.#nextPruneMark) return;
    const removed = await this.#untilDone(() => store.prune(Date.now() - keepPublishedMs, pruneLimit));
    if (removed < pruneLimit) this.#nextPruneMark = performance.now() + pruneIntervalMs;
  }

  /**
   * Does `work` again until it succeeds. Throws when no repetition can help, and when the relay stops: at its deadline, or
   * at a failure once it drains.
   */
  async #untilDone<T>(work: () => Promise<T>): Promise<T> {
    for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, maxDelayMs)) {
      this.#end.signal.throwIfAborted();
      try {
        const result = await work();
        this.#outage.over();
        return result;
      } catch (error) {
        if (isRefusal(error) || isLeaseLost(error)) throw error;
        this.#outage.failed(error);
        if (!this.#draining) await this.#backoff.sleep(delayMs);
        if (this.#draining) this.#end.abort(error);
      }
    }
  }
}

/** Rows without a key hold up nobody. */
const keyOf = ({ record: { topic, key } }: OutboxRow): readonly string[] =>
  key === null ? [] : [`${topic}/${key.toString('base64')}`];

const isRefusal = (error: unknown): error is ServiceError =>
  error instanceof ServiceError && error.code === 'RECORD_REFUSED';

const isLeaseLost = (error: unknown) => error instanceof ServiceError && error.code === 'LEASE_LOST';

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
