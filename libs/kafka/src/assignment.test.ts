import type { KafkaRecord, PartitionLease, StartAt } from '@millrace/messaging';
import { describe, expect, it, vi } from 'vitest';
import { Assignment, type Fetched, type FetchControl } from './assignment.ts';
import type { TopicPartition } from './group-offsets.ts';
import { RememberingSink } from './remembering-sink.test-support.ts';
import type { PartitionOffsets } from './start-position.ts';
import { keptLog } from './kafka.test-support.ts';

const topic = 't';
const named = (...partitions: number[]) => partitions.map((partition) => ({ topic, partition }));

interface SetUp {
  readonly startAt?: StartAt;
  readonly offsets?: Partial<PartitionOffsets>;
}

function setUp({ startAt = 'earliest', offsets = {} }: SetUp = {}) {
  const calls: string[] = [];
  const reads: PromiseWithResolvers<readonly PartitionOffsets[]>[] = [];
  const known: PartitionOffsets = { topic, partition: 0, committed: 40, logStart: 0, logEnd: 200, ...offsets };
  const fetch = {
    pause: ({ partition }: TopicPartition) => void calls.push(`pause ${partition}`),
    resume: ({ partition }: TopicPartition) => void calls.push(`resume ${partition}`),
    seek: ({ partition }: TopicPartition, offset: number) => void calls.push(`seek ${partition} to ${offset}`),
    readOffsets: vi.fn<FetchControl['readOffsets']>((partitions) => {
      const read = Promise.withResolvers<readonly PartitionOffsets[]>();
      reads.push(read);
      return read.promise.then((answer) => partitions.map(({ partition }) => ({ ...known, ...answer[0], partition })));
    }),
  };
  const holder = { commit: async () => {}, pause: () => {}, resume: () => {} };
  const sink = new RememberingSink({ commits: 'never' });
  const { log, messages } = keptLog();
  let epoch = 0;
  const assignment = new Assignment({ sink, startAt, fetch, holder, nextEpoch: () => ++epoch, log });
  /** Kafka answers the `at`-th question for offsets. */
  const answer = async (at: number, changed: Partial<PartitionOffsets> = {}) => {
    reads[at]!.resolve([{ ...known, ...changed }]);
    await new Promise(setImmediate);
  };
  const granted = async (member: string, ...partitions: number[]) => {
    assignment.joined(member, named(...partitions));
    await answer(reads.length - 1);
  };
  return { assignment, sink, calls, answer, granted, fetch, messages };
}

function record(offset: number): KafkaRecord {
  return { topic, partition: 0, offset, key: null, value: null, headers: {}, timestampMs: 0 };
}

function response(from: number, to: number, changed: Partial<Fetched> = {}): Fetched {
  const records = Array.from({ length: to - from + 1 }, (_, at) => record(from + at));
  return {
    topic,
    partition: 0,
    fetchedFrom: from,
    firstOffset: from,
    lastOffset: to,
    endOffset: 200,
    records,
    ...changed,
  };
}

const offsetsOf = (sink: RememberingSink) => sink.deliveries.map((delivery) => delivery.record.offset);

describe('an assignment', () => {
  it('reads the offsets of a gained partition before anything is fetched, and then grants it', async () => {
    const { assignment, sink, calls, answer } = setUp();
    assignment.joined('me', named(0));
    assignment.deliver(response(0, 9));
    expect(calls).toEqual(['pause 0']);
    await answer(0);
    expect(calls).toEqual(['pause 0', 'seek 0 to 40', 'resume 0']);
    expect(sink.leases.get(0)).toMatchObject({ topic, partition: 0, epoch: 1 });
    expect(sink.deliveries).toEqual([]);
    expect(assignment.leases).toMatchObject([{ endOffset: 200 }]);
  });

  it('keeps what stays ours where it was, and ends what does not, at once', async () => {
    const { assignment, sink, calls, granted } = setUp();
    await granted('me', 0, 1);
    const [kept, lost] = [sink.leases.get(0), sink.leases.get(1)];
    assignment.deliver(response(40, 49));
    calls.length = 0;
    assignment.joined('me', named(0, 2));
    expect(calls).toEqual(['seek 0 to 50', 'pause 2']);
    expect(sink.leases.get(0)).toBe(kept);
    expect(sink.ended).toEqual([lost]);
    expect(lost?.signal.aborted).toBe(true);
    assignment.deliver(response(40, 49, { partition: 1 }));
    expect(offsetsOf(sink)).toHaveLength(10);
  });

  it('keeps nothing when the group has given the member up meanwhile', async () => {
    const { assignment, sink, granted } = setUp();
    await granted('me', 0);
    await granted('another me', 0);
    expect(sink.ended.map(({ epoch }) => epoch)).toEqual([1]);
    expect(sink.leases.get(0)?.epoch).toBe(2);
    assignment.endAll();
    expect(sink.leases.size).toBe(0);
  });

  it('grants by the newest join alone', async () => {
    const { assignment, sink, answer } = setUp();
    assignment.joined('me', named(0, 1));
    assignment.joined('me', named(1));
    await answer(0);
    expect(sink.leases.size).toBe(0);
    await answer(1);
    expect([...sink.leases.keys()]).toEqual([1]);
    assignment.joined('me', named(1, 2));
    assignment.endAll();
    await answer(2);
    expect(sink.leases.size).toBe(0);
  });

  it('delivers no hole: a response left over from before a join is dropped and the right one fetched', async () => {
    const { assignment, sink, calls, granted, answer } = setUp();
    await granted('me', 0);
    calls.length = 0;
    assignment.deliver(response(100, 100));
    expect(calls).toEqual(['seek 0 to 40']);
    await answer(1);
    assignment.deliver(response(40, 100));
    expect(offsetsOf(sink)).toEqual(Array.from({ length: 61 }, (_, at) => 40 + at));
    expect(sink.ended).toEqual([]);
  });

  it('delivers nothing twice', async () => {
    const { assignment, sink, granted } = setUp();
    await granted('me', 0);
    assignment.deliver(response(40, 49));
    assignment.deliver(response(40, 49));
    assignment.deliver(response(45, 54));
    expect(offsetsOf(sink)).toEqual(Array.from({ length: 15 }, (_, at) => 40 + at));
    expect(sink.covered.get(sink.leases.get(0)!)).toBe(55);
  });

  it('passes on how far a response goes, also where its last records cannot be seen', async () => {
    const { assignment, sink, granted } = setUp();
    await granted('me', 0);
    assignment.deliver(response(40, 49, { lastOffset: 60, endOffset: 61 }));
    const lease = sink.leases.get(0)!;
    expect(sink.covered.get(lease)).toBe(61);
    const hidden = { fetchedFrom: undefined, records: [] };
    assignment.deliver(response(61, 70, hidden));
    expect(sink.covered.get(lease)).toBe(71);
    expect(assignment.leases).toMatchObject([{ endOffset: 200 }]);
  });

  it('believes a response without any visible record past a hole only when it comes again', async () => {
    const { assignment, sink, granted } = setUp();
    await granted('me', 0);
    const hidden = response(50, 60, { fetchedFrom: undefined, records: [] });
    assignment.deliver(hidden);
    expect(sink.covered.size).toBe(0);
    assignment.deliver(hidden);
    expect([...sink.covered.values()]).toEqual([61]);
  });

  it('goes on behind records that retention has deleted, and says so', async () => {
    const { assignment, sink, calls, granted, answer, messages } = setUp();
    await granted('me', 0);
    assignment.deliver(response(70, 79));
    await answer(1, { logStart: 70 });
    expect(calls.at(-1)).toBe('seek 0 to 70');
    const lease = sink.leases.get(0)!;
    expect(sink.covered.get(lease)).toBe(70);
    assignment.deliver(response(70, 79));
    expect(offsetsOf(sink)).toEqual(Array.from({ length: 10 }, (_, at) => 70 + at));
    expect(messages).toEqual(['records were deleted by retention before the group had read them']);
  });

  it('begins anew, under a new lease, when the topic was made anew', async () => {
    const { assignment, sink, granted, answer, messages } = setUp();
    await granted('me', 0);
    assignment.deliver(response(0, 4));
    await answer(1, { logStart: 0, logEnd: 5 });
    expect(sink.ended.map(({ epoch }: PartitionLease) => epoch)).toEqual([1]);
    assignment.deliver(response(0, 4));
    expect(offsetsOf(sink)).toEqual([0, 1, 2, 3, 4]);
    expect(messages).toEqual(['the topic is shorter than what was read']);
  });

  it('refuses a partition without a commit where it must not choose, and reads the others', async () => {
    const { assignment, sink, granted, calls } = setUp({ startAt: 'committed', offsets: { committed: -1 } });
    await granted('me', 0);
    expect(assignment.refused).toEqual(named(0));
    expect(sink.leases.size).toBe(0);
    expect(calls).toEqual(['pause 0']);
  });

  it('asks again when the offsets cannot be read', async () => {
    const { assignment, sink, answer, fetch } = setUp();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    fetch.readOffsets.mockRejectedValueOnce(new Error('coordinator is loading'));
    assignment.joined('me', named(0));
    await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();
    await answer(0);
    expect(sink.leases.size).toBe(1);
  });
});
