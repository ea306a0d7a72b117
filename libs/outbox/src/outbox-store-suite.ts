import { headerText } from '@millrace/messaging';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxRow, OutboxStore } from './outbox-store.ts';
import type { Count } from './test-event.ts';

/** An adapter under test, on a database of its own. */
export interface OutboxStoreHarness {
  readonly store: OutboxStore;
  /** Appends a `counted` for each, all in one transaction. */
  append(...counts: Count[]): Promise<void>;
  /** The same in a transaction that is rolled back. */
  appendAndRollBack(...counts: Count[]): Promise<void>;
  /** Runs a statement as an operator does. */
  execute(sql: string): Promise<void>;
  /** An expression for so many bytes. */
  zeros(bytes: number): string;
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
    const pendingRows = async (limit = 100) =>
      (await store.pending(limit)).filter((row): row is OutboxRow => 'record' in row);
    const pendingCounts = async (limit = 100) =>
      (await pendingRows(limit)).map(({ record }) => (JSON.parse(String(record.value)) as Count).count);
    const idsOf = async (limit: number) => (await store.pending(limit)).map(({ id }) => id);

    beforeEach(async () => use(await open()));
    afterEach(() => harness.close());

    it('keeps an event as the record that Kafka will get', async () => {
      await harness.append({ key: 'ada', count: 1 });
      const [row] = await pendingRows(1);
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
      expect(await store.backlog()).toEqual({ depth: 0, oldestAtMs: undefined, setAside: 0 });
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

    it('gives neither a row that was set aside nor what follows it under its key, and all else', async () => {
      await harness.append({ key: 'ada', count: 1 }, { key: 'ada', count: 2 }, { key: 'ben', count: 3 });
      await harness.append({ key: 'ada', count: 4 }, { key: 'ben', count: 5 });
      const [, second = 0] = await idsOf(2);
      await store.setAside(second, 'too large');
      expect(await pendingCounts()).toEqual([1, 3, 5]);
      expect(await store.backlog()).toMatchObject({ depth: 4, setAside: 1 });
      use(await harness.reopen());
      expect(await pendingCounts()).toEqual([1, 3, 5]);
    });

    it('gives a row that was set aside again when an operator says so, and what waited for it', async () => {
      await harness.append(...counts(1, 2));
      const [first = 0] = await idsOf(1);
      await store.setAside(first, 'too large');
      expect(await pendingCounts()).toEqual([]);
      await harness.execute(`UPDATE outbox SET set_aside_reason = NULL WHERE id = ${first}`);
      expect(await pendingCounts()).toEqual([1, 2]);
    });

    it('gives what waited for a row that an operator has deleted', async () => {
      await harness.append(...counts(1, 2));
      const [first = 0] = await idsOf(1);
      await store.setAside(first, 'too large');
      await harness.execute(`DELETE FROM outbox WHERE id = ${first}`);
      expect(await pendingCounts()).toEqual([2]);
      expect(await store.backlog()).toMatchObject({ depth: 1, setAside: 0 });
    });

    it('says what is wrong with a row that cannot be read, without its content, and gives the others', async () => {
      await harness.append(...counts(1, 2, 3, 4));
      const [first = 0, second = 0, third = 0] = await idsOf(3);
      await harness.execute(`UPDATE outbox SET headers = '{"secret' WHERE id = ${first}`);
      await harness.execute(`UPDATE outbox SET headers = '{"a":7}' WHERE id = ${second}`);
      await harness.execute(`UPDATE outbox SET trace = '7' WHERE id = ${third}`);
      const rows = await store.pending(4);
      const unreadable = 'its headers or its trace cannot be read';
      expect(rows.slice(0, 3)).toEqual([first, second, third].map((id) => ({ id, unreadable })));
      expect(rows[3]).toHaveProperty('record');
    });

    it('gives few rows where they are large, and always one', async () => {
      await harness.append(...counts(1, 2, 3, 4));
      const [first = 0, second = 0] = await idsOf(2);
      await harness.execute(`UPDATE outbox SET value = ${harness.zeros(5_000_000)} WHERE id IN (${first}, ${second})`);
      expect(await idsOf(10)).toEqual([first]);
      await store.markPublished([first]);
      expect(await idsOf(10)).toEqual([second]);
      await store.markPublished([second]);
      expect(await pendingCounts()).toEqual([3, 4]);
    });
  });
}
