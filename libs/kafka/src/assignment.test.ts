import type { KafkaRecord, PartitionLease } from '@millrace/messaging';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Assignment, type Fetched, type FetchControl } from './assignment.ts';
import type { PartitionOffsets, TopicPartition } from './group-offsets.ts';
import { RememberingSink, type RememberingSinkOptions } from './remembering-sink.test-support.ts';
import { keptLog } from './kafka.test-support.ts';

const topic = 't';
const named = (...partitions: number[]) => partitions.map((partition) => ({ topic, partition }));
const committedAt = (offset: number) => ({ offset, metadata: 'map' });
const known = { topic, committed: committedAt(40), logStart: 0, logEnd: 200, logId: 'cluster t 0', wasReset: false };

afterEach(() => {
  vi.useRealTimers();
});

function setUp(where: Pick<RememberingSinkOptions, 'from'> = {}) {
  const calls: string[] = [];
  const reads: PromiseWithResolvers<Partial<PartitionOffsets>>[] = [];
  const fetch = {
    pause: ({ partition }: TopicPartition) => void calls.push(`pause ${partition}`),
    resume: ({ partition }: TopicPartition) => void calls.push(`resume ${partition}`),
    seek: ({ partition }: TopicPartition, offset: number) => void calls.push(`seek ${partition} to ${offset}`),
    readOffsets: vi.fn<FetchControl['readOffsets']>((partitions) => {
      const read = Promise.withResolvers<Partial<PartitionOffsets>>();
      reads.push(read);
      return read.promise.then((changed) => partitions.map(({ partition }) => ({ ...known, ...changed, partition })));
    }),
  };
  const holder = { commit: async () => {}, seek: fetch.seek, pause: fetch.pause, resume: fetch.resume };
  const sink = new RememberingSink({ commits: 'never', ...where });
  const { log, messages } = keptLog();
  let epoch = 0;
  const assignment = new Assignment({ sink, fetch, holder, nextEpoch: () => ++epoch, log });
  /** Kafka answers the `at`-th question for offsets. */
  const answer = async (at: number, changed: Partial<PartitionOffsets> = {}) => {
    reads[at]!.resolve(changed);
    await new Promise(setImmediate);
  };
  const granted = async (member: string, ...partitions: number[]) => {
    assignment.joined(member, named(...partitions));
    await answer(reads.length - 1);
  };
  return { assignment, sink, calls, answer, granted, fetch, messages };
}

/** Lets `ms` pass for all that waits. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await new Promise(setImmediate);
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
    const offsets = { committed: { offset: 40, metadata: 'map' }, logStart: 0, logEnd: 200 };
    expect(sink.leases.get(0)).toMatchObject({ topic, partition: 0, epoch: 1, ...offsets });
    expect(sink.deliveries).toEqual([]);
    expect(assignment.leases).toMatchObject([{ endOffset: 200 }]);
  });

  it('reads nothing of a partition until the consumer says from where, be it resumed or joined again', async () => {
    const { assignment, sink, calls, granted } = setUp({ from: () => undefined });
    await granted('me', 0);
    const lease = sink.leases.get(0)!;
    lease.resume();
    assignment.joined('me', named(0));
    const hidden = response(50, 60, { fetchedFrom: undefined, records: [] });
    for (const early of [response(40, 49), hidden, hidden]) assignment.deliver(early);
    expect(sink.covered.size).toBe(0);
    expect(new Set(calls)).toEqual(new Set(['pause 0']));
    expect(sink.deliveries).toEqual([]);
    lease.pause();
    lease.readFrom(7);
    expect(calls.slice(-2)).toEqual(['seek 0 to 7', 'pause 0']);
    lease.resume();
    expect(calls.at(-1)).toBe('resume 0');
    assignment.deliver(response(7, 9));
    expect(offsetsOf(sink)).toEqual([7, 8, 9]);
  });

  it('reads from another place when it is told again, and drops what was on its way from elsewhere', async () => {
    const { assignment, sink, calls, granted, answer } = setUp();
    await granted('me', 0);
    assignment.deliver(response(40, 49));
    const lease = sink.leases.get(0)!;
    lease.readFrom(3);
    expect(calls.slice(-2)).toEqual(['seek 0 to 3', 'resume 0']);
    assignment.deliver(response(50, 59));
    await answer(1);
    assignment.deliver(response(3, 4));
    expect(offsetsOf(sink).slice(10)).toEqual([3, 4]);
    expect(sink.covered.get(lease)).toBe(5);
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

  it('believes a response without any visible record past a hole only when it comes again, to the same question', async () => {
    const { assignment, sink, granted } = setUp();
    await granted('me', 0);
    const hidden = response(50, 60, { fetchedFrom: undefined, records: [] });
    assignment.deliver(hidden);
    expect(sink.covered.size).toBe(0);
    sink.leases.get(0)!.readFrom(40);
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

  it('begins anew, under a new lease, when the topic was made anew: what was read lies beyond its commit', async () => {
    const { assignment, sink, calls, granted, answer } = setUp();
    await granted('me', 0);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    assignment.deliver(response(40, 99));
    assignment.deliver(response(0, 4));
    const shorter = { committed: committedAt(3), logEnd: 5 };
    await answer(1, shorter);
    expect(calls.at(-1)).toBe('pause 0');
    expect(sink.ended).toEqual([]);
    await pass(2_000);
    await answer(2, shorter);
    expect(sink.ended.map(({ epoch }: PartitionLease) => epoch)).toEqual([1]);
    expect(sink.leases.get(0)).toMatchObject({ epoch: 2, committed: { offset: 100, metadata: '' }, logEnd: 5 });
  });

  it('goes on where it was when the log only seemed to be shorter, unless it is paused', async () => {
    const { assignment, sink, calls, granted, answer } = setUp();
    await granted('me', 0, 1);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const begin = (partition: number) => {
      assignment.deliver(response(40, 49, { partition }));
      assignment.deliver(response(0, 4, { partition }));
    };
    begin(0);
    await answer(1, { logEnd: 5 });
    begin(1);
    await answer(2, { logEnd: 5 });
    sink.leases.get(1)!.pause();
    calls.length = 0;
    sink.leases.get(0)!.resume();
    expect(calls).toEqual(['pause 0']);
    await pass(2_000);
    await answer(3);
    await answer(4);
    expect(calls).toEqual(['pause 0', 'resume 0', 'pause 1']);
    expect(sink.ended).toEqual([]);
    assignment.deliver(response(50, 54));
    expect(offsetsOf(sink).slice(20)).toEqual([50, 51, 52, 53, 54]);
  });

  it('grants a partition that ends below its commit when that is said twice, and the others at once', async () => {
    const { assignment, sink, answer, fetch } = setUp();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    fetch.readOffsets.mockImplementationOnce(async () => [
      { ...known, partition: 0, logEnd: 39 },
      { ...known, partition: 1, logEnd: 40 },
    ]);
    assignment.joined('me', named(0, 1));
    await pass(0);
    expect([...sink.leases.keys()]).toEqual([1]);
    await pass(2_000);
    expect(fetch.readOffsets).toHaveBeenLastCalledWith([expect.objectContaining({ topic, partition: 0 })]);
    await answer(0, { logEnd: 39 });
    expect(sink.leases.get(0)).toMatchObject({ committed: committedAt(40), logEnd: 39 });
  });

  it('says so when the place of the group is lost', async () => {
    const { assignment, sink, answer, messages } = setUp();
    assignment.joined('me', named(0));
    await answer(0, { committed: { offset: 7, metadata: '' }, logStart: 7, wasReset: true });
    expect(sink.leases.get(0)).toMatchObject({ committed: { offset: 7, metadata: '' } });
    expect(messages).toEqual(['the place of the group is lost: it was out of range']);
  });

  it('asks again when the offsets cannot be read', async () => {
    const { assignment, sink, answer, fetch } = setUp();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    fetch.readOffsets.mockRejectedValueOnce(new Error('coordinator is loading'));
    assignment.joined('me', named(0));
    await vi.advanceTimersByTimeAsync(1_000);
    await answer(0);
    expect(sink.leases.size).toBe(1);
  });
});
