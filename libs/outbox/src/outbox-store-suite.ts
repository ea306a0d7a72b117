import { headerText } from '@millrace/messaging';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxStore } from './outbox-store.ts';
import type { Count } from './test-event.ts';

/** An adapter under test, on a database of its own. */
export interface OutboxStoreHarness {
  readonly store: OutboxStore;
  /** Appends a `counted` for each, all in one transaction. */
  append(...counts: Count[]): Promise<void>;
  /** The same in a transaction that is rolled back. */
  appendAndRollBack(...counts: Count[]): Promise<void>;
  /** The same database, closed and opened again. */
  reopen(): Promise<OutboxStoreHarness>;
  close(): Promise<void>;
}

const counts = (...numbers: number[]): Count[] => numbers.map((count) => ({ key: 'ada', count }));

/** What every adapter of `Outbox` and `OutboxStore` passes. */
export function outboxStoreSuite(adapter: string, open: () => Promise<OutboxStoreHarness>): void {
  describe(`the outbox in ${adapter}`, () => {
    let harness: OutboxStoreHarness;
    let store: OutboxStore;

    const use = (opened: OutboxStoreHarness) => {
      harness = opened;
      store = opened.store;
    };
    const pendingCounts = async (limit = 100) =>
      (await store.pending(limit)).map(({ record }) => (JSON.parse(String(record.value)) as Count).count);
    const idsOf = async (limit: number) => (await store.pending(limit)).map(({ id }) => id);

    beforeEach(async () => use(await open()));
    afterEach(() => harness.close());

    it('keeps an event as the record that Kafka will get', async () => {
      await harness.append({ key: 'ada', count: 1 });
      const [row] = await store.pending(1);
      expect(row?.record).toMatchObject({
        topic: 'counts',
        key: Buffer.from('ada'),
        value: Buffer.from('{"key":"ada","count":1}'),
        headers: { ce_type: 'Counted', ce_subject: 'ada', ce_source: '/test', ce_specversion: '1.0' },
      });
      expect(headerText(row?.record.headers ?? {}, 'ce_id')).toMatch(/^[\da-f-]{36}$/);
    });

    it('keeps nothing of a transaction that was rolled back', async () => {
      await harness.append(...counts(1));
      await harness.appendAndRollBack(...counts(2));
      await harness.append(...counts(3));
      expect(await pendingCounts()).toEqual([1, 3]);
    });

    it('gives waiting events in the order of appending, and no more than asked for', async () => {
      await harness.append(...counts(1, 2));
      await harness.append(...counts(3));
      expect(await pendingCounts()).toEqual([1, 2, 3]);
      expect(await pendingCounts(2)).toEqual([1, 2]);
      const ids = await idsOf(3);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    });

    it('gives an event again until it is marked', async () => {
      await harness.append(...counts(1, 2, 3));
      const [first, , third] = await idsOf(3);
      await store.markPublished([first ?? 0, third ?? 0]);
      expect(await pendingCounts()).toEqual([2]);
    });

    it('does not mind marks that are there already, or ids that it does not know', async () => {
      await harness.append(...counts(1, 2));
      const [first = 0] = await idsOf(1);
      await store.markPublished([first]);
      await store.markPublished([first, first + 1_000]);
      await store.markPublished([]);
      expect(await pendingCounts()).toEqual([2]);
    });

    it('gives what was not marked after a restart, too', async () => {
      await harness.append(...counts(1, 2));
      await store.markPublished(await idsOf(1));
      use(await harness.reopen());
      expect(await pendingCounts()).toEqual([2]);
    });

    it('knows how many events wait, and since when', async () => {
      expect(await store.backlog()).toEqual({ depth: 0, oldestAtMs: undefined });
      const beforeMs = Date.now();
      await harness.append(...counts(1, 2, 3));
      const afterMs = Date.now();
      await store.markPublished(await idsOf(1));
      const { depth, oldestAtMs } = await store.backlog();
      expect(depth).toBe(2);
      expect(oldestAtMs).toBeGreaterThanOrEqual(beforeMs);
      expect(oldestAtMs).toBeLessThanOrEqual(afterMs);
    });

    it('removes what was published before a point in time, a few at once, and nothing that waits', async () => {
      await harness.append(...counts(1, 2, 3, 4));
      const beforeMarkMs = Date.now();
      await store.markPublished(await idsOf(3));
      expect(await store.prune(beforeMarkMs, 10)).toBe(0);
      expect(await store.prune(Date.now() + 1, 2)).toBe(2);
      expect(await store.prune(Date.now() + 1, 2)).toBe(1);
      expect(await pendingCounts()).toEqual([4]);
    });

    it('never gives an id twice, not even when every row has been removed', async () => {
      await harness.append(...counts(1));
      const [first = 0] = await idsOf(1);
      await store.markPublished([first]);
      await store.prune(Date.now() + 1, 10);
      use(await harness.reopen());
      await harness.append(...counts(2));
      expect((await idsOf(1))[0]).toBeGreaterThan(first);
    });
  });
}
