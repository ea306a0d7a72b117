import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { createLogger } from '@millrace/telemetry';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSqliteOutbox } from './create-sqlite-outbox.ts';
import { createSqliteOutboxStore } from './create-sqlite-outbox-store.ts';
import { FakeProducer } from './fake-producer.ts';
import { openSqlite } from './open-sqlite.ts';
import type { OutboxStore } from './outbox-store.ts';
import { outboxSetAside, outboxTable } from './outbox-table.ts';
import { createRelay, type Relay } from './relay.ts';
import { inTransaction } from './sqlite-transaction.ts';
import { type Count, counted } from './test-event.ts';

let directory: string;
let database: DatabaseSync;
let store: OutboxStore;
let producer: FakeProducer;
let relay: Relay;
let lines: string[];

beforeEach(() => {
  vi.useFakeTimers();
  directory = mkdtempSync(join(tmpdir(), 'millrace-relay-'));
  database = openSqlite({ file: join(directory, 'outbox.db'), migrations: [outboxTable, outboxSetAside] });
  store = createSqliteOutboxStore(database);
  producer = new FakeProducer();
  lines = [];
  const log = createLogger({ service: 'test', destination: { write: (line) => lines.push(line) } });
  relay = createRelay({ store, producer, log });
});

afterEach(async () => {
  const stopped = relay.stop();
  await vi.runAllTimersAsync();
  await stopped;
  vi.useRealTimers();
  database.close();
  rmSync(directory, { recursive: true });
});

const outbox = createSqliteOutbox({ source: '/test', events: [counted], onCommitted: () => relay.wake() });
const valueOf = ({ key, count }: Count) => `{"key":"${key}","count":${count}}`;
const append = (...counts: Count[]) =>
  inTransaction(database, (transaction) => {
    for (const count of counts) outbox.append(transaction, counted, count);
  });
const startRelay = async () => {
  await relay.start();
  await vi.advanceTimersByTimeAsync(0);
};
const poll = () => vi.advanceTimersByTimeAsync(1_000);

const bad = { key: 'ada', count: 2 };
const first = { key: 'ada', count: 1 };
const behind = { key: 'ada', count: 3 };
const others = [4, 5, 6].map((count) => ({ key: 'ben', count }));

it('sets aside the one event that Kafka refuses, and publishes all but its key after it', async () => {
  producer.refuse(valueOf(bad));
  append(others[0]!, first, bad, others[1]!, behind, others[2]!);
  await startRelay();
  await poll();
  expect(producer.values()).toEqual([others[0]!, first, others[1]!, others[2]!].map(valueOf));
  expect(await store.backlog()).toMatchObject({ depth: 1, setAside: 1 });
  const errors = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(errors).toEqual([
    expect.objectContaining({ level: 'error', outboxId: 3, topic: 'counts', reason: 'the record is too large' }),
  ]);
});

it('goes on where it stopped when an operator has mended what was wrong', async () => {
  producer.refuse(valueOf(bad));
  append(bad, behind);
  await startRelay();
  producer.accept(valueOf(bad));
  await poll();
  expect(producer.values()).toEqual([]);
  database.exec('UPDATE outbox SET set_aside_reason = NULL');
  await poll();
  expect(producer.values()).toEqual([bad, behind].map(valueOf));
});

it('holds up nothing but its key, whatever comes later and after a restart', async () => {
  producer.refuse(valueOf(bad));
  append(bad);
  await startRelay();
  append(behind, ...others);
  await poll();
  expect(producer.values()).toEqual(others.map(valueOf));
});

it('sets aside an event that cannot be read, and publishes the others', async () => {
  append(first, bad, others[0]!, behind);
  database.exec(`UPDATE outbox SET headers = 'broken' WHERE id = 2`);
  await startRelay();
  await poll();
  expect(producer.values()).toEqual([first, others[0]!].map(valueOf));
  expect(await store.backlog()).toMatchObject({ depth: 1, setAside: 1 });
});

it('finds each of several bad events in a large batch by few sends, and publishes each good one once', async () => {
  const many = Array.from({ length: 200 }, (_, count) => ({ key: `key ${count}`, count }));
  const refused = [many[17]!, many[18]!, many[150]!];
  for (const count of refused) producer.refuse(valueOf(count));
  append(...many);
  await startRelay();
  await poll();
  expect(producer.values()).toEqual(many.filter((count) => !refused.includes(count)).map(valueOf));
  expect(producer.tries.length).toBeLessThan(60);
});
