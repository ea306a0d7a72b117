import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { createLogger } from '@millrace/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSqliteOutbox } from './create-sqlite-outbox.ts';
import { createSqliteOutboxStore } from './create-sqlite-outbox-store.ts';
import { FakeProducer } from './fake-producer.ts';
import { openSqlite } from './open-sqlite.ts';
import type { OutboxStore } from './outbox-store.ts';
import { outboxSetAside, outboxTable } from './outbox-table.ts';
import { createRelay, type Relay, type RelayOptions } from './relay.ts';
import { inTransaction } from './sqlite-transaction.ts';
import { counted } from './test-event.ts';

const hourMs = 3_600_000;

let directory: string;
let database: DatabaseSync;
let store: OutboxStore;
let producer: FakeProducer;
let lines: string[];
let relays: Relay[];
let onCommitted: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  directory = mkdtempSync(join(tmpdir(), 'millrace-relay-'));
  database = openSqlite({ file: join(directory, 'outbox.db'), migrations: [outboxTable, outboxSetAside] });
  store = createSqliteOutboxStore(database);
  producer = new FakeProducer();
  lines = [];
  relays = [];
  onCommitted = () => undefined;
});

afterEach(async () => {
  const stopped = Promise.all(relays.map((relay) => relay.stop()));
  await vi.runAllTimersAsync();
  await stopped;
  vi.useRealTimers();
  database.close();
  rmSync(directory, { recursive: true });
});

const log = createLogger({ service: 'test', destination: { write: (line) => lines.push(line) } });
const outbox = createSqliteOutbox({ source: '/test', events: [counted], onCommitted: () => onCommitted() });

const append = (...counts: number[]) =>
  inTransaction(database, (transaction) => {
    for (const count of counts) outbox.append(transaction, counted, { key: `key ${count % 2}`, count });
  });

async function startRelay(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = createRelay({ store, producer, log, ...options });
  relays.push(relay);
  await relay.start();
  await settle();
  return relay;
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const published = () => producer.values().map((value) => (JSON.parse(value ?? '') as { count: number }).count);
const depth = async () => (await store.backlog()).depth;
const messages = () =>
  lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ level, msg }) => `${String(level)}: ${String(msg)}`);

describe('a relay that rests', () => {
  it('gathers what comes from one batch to the next', async () => {
    append(1);
    await startRelay({ restMs: 50 });
    append(2);
    await vi.advanceTimersByTimeAsync(49);
    append(3);
    expect(producer.tries.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(producer.tries.map((records) => records.length)).toEqual([1, 2]);
  });

  it('rests three times as long as a batch took, a second at the most', async () => {
    for (const [tookMs, restMs] of [
      [100, 300],
      [2_000, 1_000],
    ] as const) {
      producer = new FakeProducer();
      const end = producer.hold();
      append(1);
      const relay = await startRelay({ restMs: 50, pollIntervalMs: 10 });
      await vi.advanceTimersByTimeAsync(tookMs);
      end();
      append(2);
      await vi.advanceTimersByTimeAsync(restMs - 1);
      expect(producer.tries.length).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(producer.tries.length).toBe(2);
      await relay.stop();
    }
  });

  it('rests no longer where the clock is set back meanwhile', async () => {
    const end = producer.hold();
    append(1);
    await startRelay({ restMs: 50 });
    vi.setSystemTime(Date.now() - hourMs);
    end();
    append(2);
    await vi.advanceTimersByTimeAsync(50);
    expect(producer.tries.length).toBe(2);
  });
});

describe('the relay', () => {
  it('publishes what waits when it starts, and marks it', async () => {
    append(1, 2, 3);
    await startRelay();
    expect(published()).toEqual([1, 2, 3]);
    expect(await depth()).toBe(0);
  });

  it('publishes an event when it is woken, without waiting for the next poll', async () => {
    const relay = await startRelay();
    onCommitted = relay.wake;
    append(1);
    await settle();
    expect(published()).toEqual([1]);
  });

  it('finds an event at the next poll when nobody woke it', async () => {
    await startRelay({ pollIntervalMs: 1_000 });
    append(1);
    await vi.advanceTimersByTimeAsync(999);
    expect(published()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(published()).toEqual([1]);
  });

  it('forgets no wake that comes while it sends', async () => {
    const relay = await startRelay({ pollIntervalMs: hourMs });
    onCommitted = relay.wake;
    const acknowledge = producer.hold();
    append(1);
    await settle();
    append(2);
    acknowledge();
    await settle();
    expect(published()).toEqual([1, 2]);
  });

  it('forgets no wake that comes while it looks', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const pending: OutboxStore['pending'] = async (limit) => {
      const rows = await store.pending(limit);
      await answered;
      return rows;
    };
    const relay = await startRelay({ store: { ...store, pending }, pollIntervalMs: hourMs });
    onCommitted = relay.wake;
    append(1);
    answer();
    await settle();
    expect(published()).toEqual([1]);
  });

  it('marks nothing before Kafka has acknowledged it', async () => {
    const acknowledge = producer.hold();
    append(1, 2);
    await startRelay();
    expect(producer.tries).toHaveLength(1);
    expect(await depth()).toBe(2);
    acknowledge();
    await settle();
    expect(await depth()).toBe(0);
  });

  it('has one batch in flight at a time, in the order of appending', async () => {
    const acknowledge = producer.hold();
    append(1, 2, 3, 4, 5);
    await startRelay({ batchSize: 2 });
    expect(producer.tries).toHaveLength(1);
    acknowledge();
    await settle();
    expect(producer.tries.map((records) => records.length)).toEqual([2, 2, 1]);
    expect(published()).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps the order over failures: the same events again before any later one', async () => {
    producer.fail();
    append(1, 2);
    const relay = await startRelay();
    append(3);
    relay.wake();
    await vi.advanceTimersByTimeAsync(1_000);
    producer.recover();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(published()).toEqual([1, 2, 3]);
    const failed = producer.tries.slice(0, -1);
    expect(failed.length).toBeGreaterThan(2);
    for (const records of failed)
      expect(records.map(({ value }) => value)).toEqual(producer.tries[0]?.map(({ value }) => value));
  });

  it('keeps the order when Kafka has written a part of what was sent', async () => {
    producer.fail({ writes: 2 });
    append(1, 2, 3);
    await startRelay();
    producer.recover();
    await vi.advanceTimersByTimeAsync(100);
    expect(published()).toEqual([1, 2, 1, 2, 3]);
  });

  it('survives a broker that is away for an hour, with two log lines', async () => {
    producer.fail();
    append(1);
    const relay = await startRelay();
    onCommitted = relay.wake;
    await vi.advanceTimersByTimeAsync(hourMs);
    append(2);
    producer.recover();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(published()).toEqual([1, 2]);
    expect(messages()).toEqual([
      'warn: publishing fails; events wait in the outbox and are tried again',
      'info: publishing works again',
    ]);
  });

  it('tries again soon at first, then every five seconds, whoever wakes it', async () => {
    producer.fail();
    append(1);
    const relay = await startRelay();
    onCommitted = relay.wake;
    const triesWithin = async (ms: number) => {
      const before = producer.tries.length;
      await vi.advanceTimersByTimeAsync(ms);
      return producer.tries.length - before;
    };
    expect(await triesWithin(99)).toBe(0);
    expect(await triesWithin(1)).toBe(1);
    expect(await triesWithin(200)).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    append(2);
    expect(await triesWithin(10_000)).toBe(2);
  });

  it('sends what was acknowledged but not marked again after a crash, with the same event ids', async () => {
    append(1, 2);
    await startRelay({ store: { ...store, markPublished: () => new Promise(() => undefined) } });
    expect(await depth()).toBe(2);
    await startRelay();
    const [first, second, ...again] = producer.eventIds();
    expect(again).toEqual([first, second]);
    expect(await depth()).toBe(0);
  });

  it('does not send again when only the mark fails', async () => {
    const markPublished = vi
      .fn<OutboxStore['markPublished']>(store.markPublished)
      .mockRejectedValueOnce(new Error('disk full'));
    append(1);
    await startRelay({ store: { ...store, markPublished } });
    await vi.advanceTimersByTimeAsync(100);
    expect(markPublished).toHaveBeenCalledTimes(2);
    expect(published()).toEqual([1]);
    expect(await depth()).toBe(0);
  });

  it('removes published events after an hour', async () => {
    append(1);
    await startRelay();
    const kept = () => Number(database.prepare('SELECT count(*) AS n FROM outbox').get()?.['n']);
    await vi.advanceTimersByTimeAsync(hourMs - 60_000);
    expect(kept()).toBe(1);
    await vi.advanceTimersByTimeAsync(3 * 60_000);
    expect(kept()).toBe(0);
  });
});

describe('a relay that stops', () => {
  it('waits for the batch in flight, and publishes what was committed meanwhile', async () => {
    const acknowledge = producer.hold();
    append(1);
    const relay = await startRelay();
    const stopped = relay.stop();
    append(2);
    acknowledge();
    await settle();
    await stopped;
    expect(published()).toEqual([1, 2]);
    expect(await depth()).toBe(0);
  });

  it('gives up on an acknowledgement after two seconds, and marks nothing when it comes later', async () => {
    const acknowledge = producer.hold();
    append(1);
    const relay = await startRelay();
    const stopped = vi.fn<() => void>();
    void relay.stop().then(stopped);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(stopped).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(stopped).toHaveBeenCalledOnce();
    acknowledge();
    await settle();
    expect(await depth()).toBe(1);
  });

  it('does not wait for a broker that is away', async () => {
    producer.fail();
    append(1);
    const relay = await startRelay();
    await vi.advanceTimersByTimeAsync(60_000);
    const stopped = vi.fn<() => void>();
    void relay.stop().then(stopped);
    await settle();
    expect(stopped).toHaveBeenCalledOnce();
    const tries = producer.tries.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(producer.tries).toHaveLength(tries);
  });

  it('may be stopped without having been started', async () => {
    await expect(createRelay({ store, producer, log }).stop()).resolves.toBeUndefined();
  });
});
