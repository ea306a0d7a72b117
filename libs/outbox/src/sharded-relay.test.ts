import { type OutgoingRecord, ServiceError } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InMemoryShardClaims } from './in-memory-shard-claims.ts';
import type { OutboxRow, OutboxStore } from './outbox-store.ts';
import type { Relay } from './relay.ts';
import { createShardedRelay } from './sharded-relay.ts';

const shards = 8;
const log = createLogger({ service: 'test', level: 'silent' });

let claims: InMemoryShardClaims;
let rows: OutboxRow[][];
let written: string[][];
let owners: Map<string, object>;
let relays: Relay[];

beforeEach(() => {
  vi.useFakeTimers();
  claims = new InMemoryShardClaims(shards);
  rows = Array.from({ length: shards }, () => []);
  written = Array.from({ length: shards }, () => []);
  owners = new Map();
  gate = undefined;
  relays = [];
});

afterEach(async () => {
  const stopped = Promise.all(relays.map((relay) => relay.stop()));
  await vi.runAllTimersAsync();
  await stopped;
  vi.useRealTimers();
});

const marked = new Set<OutboxRow>();

function append(shard: number, value: string): void {
  const record = { topic: 't', key: Buffer.from('k'), value: Buffer.from(value), headers: {} };
  rows[shard]?.push({ id: rows[shard].length + 1, record, trace: {} });
  claims.notify(shard);
}

const storeOf = (shard: number): OutboxStore => ({
  pending: async (limit) => rows[shard]!.filter((row) => !marked.has(row)).slice(0, limit),
  markPublished: async (ids) => {
    for (const row of rows[shard]!) if (ids.includes(row.id)) marked.add(row);
  },
  setAside: async () => undefined,
  backlog: async () => ({ depth: 0, oldestAtMs: undefined, setAside: 0 }),
  prune: async () => 0,
});

/** A Kafka that lets the last to take an id write; `gate` holds sends up. */
let gate: Promise<void> | undefined;

function createProducer({ transactionalId, confirm }: { transactionalId: string; confirm: () => Promise<void> }) {
  const me = {};
  let open = false;
  const shard = Number(transactionalId.split('-').at(-1));
  return {
    send: async (records: readonly OutgoingRecord[]) => {
      if (!open) {
        owners.set(transactionalId, me);
        await confirm();
        open = true;
      }
      await gate;
      if (owners.get(transactionalId) !== me) throw new ServiceError('LEASE_LOST', 'fenced');
      written[shard]!.push(...records.map(({ value }) => String(value)));
    },
    stop: async () => undefined,
  };
}

async function startRelay(): Promise<Relay> {
  const relay = createShardedRelay({ claims, storeOf, createProducer, log });
  relays.push(relay);
  await relay.start();
  await vi.advanceTimersByTimeAsync(0);
  return relay;
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000);
const sizes = () => claims.claimed.map((claimed) => claimed.length);

describe('relays of one outbox', () => {
  it('take all shards when there is one, and spread them when more come and go', async () => {
    await startRelay();
    expect(sizes()).toEqual([8]);
    const second = await startRelay();
    await startRelay();
    await seconds(4);
    expect(sizes()).toEqual([3, 3, 2]);
    const stopped = second.stop();
    await seconds(4);
    await stopped;
    expect(sizes()).toEqual([4, 4]);
    expect(claims.claimed.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('publish each event once, as soon as it is committed, whoever has its shard', async () => {
    await startRelay();
    await startRelay();
    await seconds(3);
    for (let shard = 0; shard < shards; shard++) append(shard, `event of ${shard}`);
    await vi.advanceTimersByTimeAsync(0);
    expect(written.flat()).toEqual(Array.from({ length: shards }, (_, shard) => `event of ${shard}`));
  });

  it('take over the shards of one whose session has ended', async () => {
    await startRelay();
    await startRelay();
    await seconds(3);
    claims.cutOff(0);
    for (let shard = 0; shard < shards; shard++) append(shard, `event of ${shard}`);
    await seconds(5);
    expect(written.flat().toSorted()).toEqual(Array.from({ length: shards }, (_, shard) => `event of ${shard}`));
    expect(sizes()).toEqual([4, 4]);
  });

  it('let nothing through of one that has lost its shards and does not know it', async () => {
    await startRelay();
    append(3, 'first');
    await seconds(1);
    const { promise, resolve: goOn } = Promise.withResolvers<void>();
    gate = promise;
    append(3, 'second'); // on its way when its session is forgotten
    await vi.advanceTimersByTimeAsync(0);
    claims.forget(0);
    gate = undefined;
    await startRelay();
    append(3, 'third');
    await seconds(1);
    expect(written[3]).toEqual(['first', 'second', 'third']);
    goOn();
    await seconds(5);
    expect(written[3]).toEqual(['first', 'second', 'third']);
  });

  it('go on when the database is back', async () => {
    await startRelay();
    claims.goAway();
    append(0, 'meanwhile');
    await seconds(60);
    expect(written.flat()).toEqual([]);
    claims.comeBack();
    await seconds(2);
    expect(written.flat()).toEqual(['meanwhile']);
  });

  it('give a shard away only when what is on its way is acknowledged and marked', async () => {
    await startRelay();
    const { promise, resolve: acknowledge } = Promise.withResolvers<void>();
    gate = promise;
    for (let shard = 0; shard < shards; shard++) append(shard, `event of ${shard}`);
    await startRelay();
    await seconds(1);
    expect(sizes()).toEqual([8, 0]);
    acknowledge();
    gate = undefined;
    await seconds(3);
    expect(sizes()).toEqual([4, 4]);
    expect(written.flat()).toEqual(Array.from({ length: shards }, (_, shard) => `event of ${shard}`));
  });
});
