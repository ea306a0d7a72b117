import type { RecordSource } from '@millrace/messaging';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRecordProducer } from './record-producer.ts';
import { createRecordSource } from './record-source.ts';
import { RememberingSink } from './remembering-sink.test-support.ts';
import { committedOffsets, makeTopic, numbered, range, testKafka, uniqueName } from './kafka.test-support.ts';

const kafka = testKafka();
const stops: (() => Promise<void>)[] = [];
const patience = { timeout: 30_000, interval: 20 };

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Member {
  readonly sink: RememberingSink;
  readonly source: RecordSource;
}

async function join(topic: string, group: string, commits: 'at once' | 'never' = 'at once'): Promise<Member> {
  const sink = new RememberingSink({ commits });
  const source = createRecordSource(kafka, { group, topics: [topic] });
  stops.push(() => source.stop());
  await source.start(sink);
  return { sink, source };
}

/** Waits until these members, and no others, share all partitions. */
async function shared(partitions: number, ...members: readonly Member[]): Promise<void> {
  await vi.waitFor(() => {
    const owned = members.flatMap(({ sink }) => [...sink.leases.keys()]);
    expect(owned.toSorted((a, b) => a - b)).toEqual(range(0, partitions));
    for (const { sink } of members) expect(sink.leases.size).toBeGreaterThan(0);
  }, patience);
}

/** Writes without pause until told to stop; resolves to how many records were written. */
function writeSteadily(topic: string): { stop(): Promise<number> } {
  const stopping = new AbortController();
  const write = async () => {
    const producer = createRecordProducer(kafka);
    await producer.start();
    let written = 0;
    for (; !stopping.signal.aborted; written += 50) await producer.send(numbered(topic, written, written + 50, 100));
    await producer.stop();
    return written;
  };
  const writing = write();
  return {
    stop: () => {
      stopping.abort();
      return writing;
    },
  };
}

describe('a group in motion', () => {
  it('loses no record while members come and go under load, and delivers none twice under one lease', async () => {
    const partitions = 12;
    const topic = await makeTopic(kafka, partitions);
    const group = uniqueName();
    const load = writeSteadily(topic);
    const members = [await join(topic, group)];
    await shared(partitions, ...members);
    for (let round = 0; round < 3; round++) {
      members.push(await join(topic, group));
      await shared(partitions, ...members.slice(-2));
      members.push(await join(topic, group));
      await shared(partitions, ...members.slice(-3));
      await members.at(-3)!.source.stop();
      await shared(partitions, ...members.slice(-2));
      await members.at(-2)!.source.stop();
      await shared(partitions, ...members.slice(-1));
    }
    const written = await load.stop();
    const seen = () => new Set(members.flatMap(({ sink }) => sink.numbers));
    await vi.waitFor(() => expect(seen().size).toBe(written), patience);

    for (const lease of members.flatMap(({ sink }) => [...sink.ended, ...sink.leases.values()])) {
      const deliveries = members.flatMap(({ sink }) => sink.deliveries).filter((delivery) => delivery.lease === lease);
      const offsets = deliveries.map(({ record }) => record.offset);
      expect(offsets).toEqual(range(offsets[0] ?? 0, (offsets[0] ?? 0) + offsets.length));
    }
    await vi.waitFor(async () => {
      const committed = await committedOffsets(kafka, group, topic);
      expect(committed.reduce((sum, offset) => sum + offset, 0)).toBe(written);
    }, patience);
  });

  it('keeps the leases of partitions that stay, and delivers nothing of them again', async () => {
    const topic = await makeTopic(kafka, 4);
    const group = uniqueName();
    const producer = createRecordProducer(kafka);
    stops.push(() => producer.stop());
    await producer.start();
    await producer.send(numbered(topic, 0, 200, 50));
    const first = await join(topic, group, 'never');
    await vi.waitFor(() => expect(first.sink.numbers).toHaveLength(200), patience);
    const before = new Map(first.sink.leases);

    const second = await join(topic, group, 'never');
    await shared(4, first, second);
    const kept = [...first.sink.leases.values()];
    expect(kept).toHaveLength(2);
    for (const lease of kept) expect(before.get(lease.partition)).toBe(lease);
    for (const lease of first.sink.ended) expect(lease.signal.aborted).toBe(true);

    await producer.send(numbered(topic, 200, 400, 50));
    await vi.waitFor(() => {
      const all = [...first.sink.numbers, ...second.sink.numbers];
      expect(new Set(all).size).toBe(400);
    }, patience);
    expect(new Set(first.sink.numbers).size).toBe(first.sink.numbers.length);
  });

  it('lets nobody commit for a partition that is another member’s now', async () => {
    const topic = await makeTopic(kafka, 2);
    const group = uniqueName();
    const producer = createRecordProducer(kafka);
    stops.push(() => producer.stop());
    await producer.start();
    await producer.send(numbered(topic, 0, 100));
    const first = await join(topic, group, 'never');
    await vi.waitFor(() => expect(first.sink.numbers).toHaveLength(100), patience);
    const before = new Map(first.sink.leases);
    const second = await join(topic, group, 'never');
    await shared(2, first, second);

    const [moved] = second.sink.leases.values();
    await vi.waitFor(() => expect(second.sink.covered.get(moved!)).toBeGreaterThan(9), patience);
    await moved!.commit({ offset: 9, metadata: '' });
    const lost = before.get(moved!.partition)!;
    await expect(lost.commit({ offset: 2, metadata: '' })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    const [kept] = first.sink.leases.values();
    await kept!.commit({ offset: 3, metadata: '' });
    const committed = await committedOffsets(kafka, group, topic);
    expect(committed[moved!.partition]).toBe(9);
    expect(committed[kept!.partition]).toBe(3);
  });

  it('gives every grant of a partition a greater epoch', async () => {
    const topic = await makeTopic(kafka, 2);
    const group = uniqueName();
    const first = await join(topic, group);
    await shared(2, first);
    const second = await join(topic, group);
    await shared(2, first, second);
    await second.source.stop();
    await shared(2, first);
    const [ended] = first.sink.ended;
    expect(first.sink.leases.get(ended!.partition)!.epoch).toBeGreaterThan(ended!.epoch);
  });
});
