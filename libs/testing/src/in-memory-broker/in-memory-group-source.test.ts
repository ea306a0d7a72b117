import { describe, expect, it } from 'vitest';
import type { Fate, SentRequest } from './network.ts';
import { endingOf, group, Scene, type SceneMember, topic } from './scene.test-support.ts';

const p0 = { topic, partition: 0 };
const longPoll = { maxWaitMs: 5_000 };
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

async function granted(scene: Scene, { sink }: SceneMember, times = 1): Promise<void> {
  await scene.until(() => sink.leases.length >= times);
}

/** A scene, and one member that owns all of it. */
async function ownedScene(partitions = 1, settings = {}, fate?: (request: SentRequest) => Fate | undefined) {
  const scene = new Scene(partitions, fate && { fate });
  const member = scene.member('a', settings);
  await granted(scene, member, partitions);
  return { scene, member, sink: member.sink };
}

describe('reading', () => {
  it('delivers every record once and in order, and what comes later', async () => {
    const { scene, sink } = await ownedScene();
    scene.append(250);
    await scene.pass(1_000);
    scene.append(3);
    await scene.pass(1_000);
    expect(sink.offsets[0]).toEqual(range(0, 253));
  });

  it('says how far the log is covered where offsets have no record', async () => {
    const { scene, sink } = await ownedScene();
    scene.append(2);
    scene.broker.skip(p0, 5);
    await scene.pass(1_000);
    expect([sink.offsets[0], sink.coveredTo[0]]).toEqual([[0, 1], 7]);
  });

  it('begins where the consumer says, and goes elsewhere when it says so again', async () => {
    const scene = new Scene();
    scene.append(100);
    scene.broker.group(group).offsets.set(p0, { offset: 60, metadata: 'map' });
    const { sink } = scene.member('a');
    await scene.until(() => (sink.coveredTo[0] ?? 0) === 100);
    expect(sink.lease().committed).toEqual({ offset: 60, metadata: 'map' });
    sink.lease().readFrom(10);
    await scene.pass(1_000);
    expect(sink.offsets[0]).toEqual([...range(60, 100), ...range(10, 100)]);
  });

  it('does not begin before the consumer has said where', async () => {
    const asked: string[] = [];
    const scene = new Scene(1, { answered: ({ api }) => asked.push(api) });
    const { sink } = scene.member('a');
    sink.reads = false;
    scene.append(1);
    await scene.until(() => sink.leases.length === 1);
    sink.lease().resume();
    await scene.pass(5_000);
    expect([sink.leases.length, asked.includes('fetch')]).toEqual([1, false]);
    sink.lease().readFrom(0);
    await scene.pass(1_000);
    expect(sink.offsets[0]).toEqual([0]);
  });

  it('stops while it is paused, apart from what is on its way', async () => {
    const { scene, sink } = await ownedScene();
    sink.lease().pause();
    await scene.pass(1_000);
    scene.append(10);
    await scene.pass(1_000);
    expect(sink.offsets[0] ?? []).toEqual([]);
    sink.lease().resume();
    await scene.pass(1_000);
    expect(sink.offsets[0]).toEqual(range(0, 10));
  });

  it('is not moved by what an earlier lease has asked for', async () => {
    const { scene, sink } = await ownedScene(1, longPoll);
    scene.append(100);
    await scene.until(() => sink.coveredTo[0] === 100);
    await scene.ending(sink.lease().commit({ offset: 40, metadata: '' }));
    scene.broker.group(group).expel('a');
    await scene.until(() => sink.leases.length === 2);
    scene.append(1);
    await scene.pass(1_000);
    expect(sink.offsets[0]).toEqual([...range(0, 100), ...range(40, 101)]);
  });

  it('takes nothing of an earlier log of the same name for its own', async () => {
    const late = { it: false };
    const fate = ({ api }: SentRequest) => (late.it && api === 'fetch' ? { answerMs: 4_000 } : undefined);
    const { scene, sink } = await ownedScene(1, longPoll, fate);
    late.it = true;
    await scene.pass(6_000);
    scene.broker.skip(p0, 5);
    scene.broker.deleteTopic(topic, 'deleted');
    scene.broker.createTopic(topic, 1);
    scene.append(2);
    late.it = false;
    scene.broker.group(group).expel('a');
    await scene.pass(10_000);
    expect([sink.offsets[0], sink.coveredTo[0], sink.leases.length]).toEqual([[0, 1], 2, 2]);
  });

  it('goes on where it was in a partition that it keeps', async () => {
    const { scene, sink } = await ownedScene(2);
    scene.append(50, 0);
    scene.append(50, 1);
    await scene.pass(1_000);
    const other = scene.member('b');
    await granted(scene, other);
    scene.append(1, sink.owned[0]);
    await scene.pass(1_000);
    expect(sink.leases.length).toBe(2);
    expect(sink.offsets[sink.owned[0]!]).toEqual(range(0, 51));
  });
});

describe('handing over', () => {
  it('shares out anew without a pause for what stays, and lets go of the rest first', async () => {
    const { scene, sink } = await ownedScene(4);
    const other = scene.member('b');
    await granted(scene, other, 2);
    expect([sink.owned.length, other.sink.owned.length]).toEqual([2, 2]);
    expect([...sink.owned, ...other.sink.owned].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(sink.told.filter((told) => told.startsWith('revoking')).length).toBe(2);
  });

  it('gives a partition away only when its work is done, and takes its last commit', async () => {
    const { scene, sink } = await ownedScene(2);
    sink.releases = false;
    const other = scene.member('b');
    await scene.until(() => sink.told.some((told) => told.startsWith('revoking')));
    await scene.pass(2_000);
    expect(other.sink.leases.length).toBe(0);
    const going = sink.leases.find(({ partition }) => sink.told.includes(`revoking ${partition}`))!;
    const committed = endingOf(going.commit({ offset: 0, metadata: 'last' }));
    await scene.pass(100);
    expect(await committed).toBe('done');
    going.release();
    await granted(scene, other);
    expect(other.sink.lease(going.partition).committed?.metadata).toBe('last');
  });

  it('delivers nothing more of what it is to give away', async () => {
    const { scene, sink } = await ownedScene(2, longPoll);
    sink.releases = false;
    scene.member('b');
    await scene.until(() => sink.told.some((told) => told.startsWith('revoking')));
    const going = sink.leases.find(({ partition }) => sink.told.includes(`revoking ${partition}`))!;
    scene.append(1, going.partition);
    await scene.pass(1_000);
    expect(sink.offsets[going.partition] ?? []).toEqual([]);
  });

  it('gives a partition away at once where the consumer has let go of it before', async () => {
    const { scene, sink } = await ownedScene(2);
    for (const lease of sink.leases) lease.release();
    expect(sink.owned).toEqual([0, 1]);
    const other = scene.member('b');
    await granted(scene, other);
    expect(sink.told.filter((told) => told.startsWith('revoking'))).toEqual([]);
    expect(sink.owned.length).toBe(1);
  });

  it('gives a partition away without waiting longer than it may', async () => {
    const { scene, sink } = await ownedScene(2);
    sink.releases = false;
    const other = scene.member('b');
    await granted(scene, other);
    expect(sink.owned.length).toBe(1);
    expect(scene.clock.mark()).toBeGreaterThan(5_000);
  });

  it('does not begin in a partition that went to another while it was still being looked up', async () => {
    const rejoining = { it: false };
    const fate = ({ from, api, node }: SentRequest) => {
      if (from !== 'a') return undefined;
      if (api === 'ends' && node === 1) return { answerMs: 60 };
      return api === 'sync' && rejoining.it ? { answerMs: 200 } : undefined;
    };
    const scene = new Scene(2, { fate });
    const { sink } = scene.member('a', { heartbeatIntervalMs: 20 });
    await scene.pass(15);
    rejoining.it = true;
    const other = scene.member('b', { heartbeatIntervalMs: 20 });
    await granted(scene, other);
    await scene.pass(1_000);
    expect([sink.leases.map(({ partition }) => partition), other.sink.owned]).toEqual([[0], [1]]);
  });

  it('leaves the group when it stops', async () => {
    const { scene, member } = await ownedScene(1);
    const other = scene.member('b');
    await scene.pass(1_000);
    void member.source.stop();
    await granted(scene, other);
    expect([member.sink.owned, other.sink.owned, scene.gone]).toEqual([[], [0], []]);
  });
});

describe('committing', () => {
  it('stores offset and metadata, which the next owner is given', async () => {
    const { scene, member, sink } = await ownedScene();
    scene.append(5);
    const committed = endingOf(sink.lease().commit({ offset: 3, metadata: 'map' }));
    await scene.pass(100);
    expect(await committed).toBe('done');
    member.process.crash();
    const other = scene.member('b');
    await granted(scene, other);
    expect(other.sink.lease().committed).toEqual({ offset: 3, metadata: 'map' });
  });

  it('sends none that waited behind another while its partition went to another member', async () => {
    const slow = { it: false };
    const fate = ({ api, from }: SentRequest) =>
      slow.it && api === 'commit' && from === 'a' ? ({ lost: 'answer', noticedMs: 9_000 } as const) : undefined;
    const { scene, sink } = await ownedScene(2, { drainTimeoutMs: 1_000, commitTimeoutMs: 60_000 }, fate);
    sink.releases = false;
    slow.it = true;
    const [first, second] = sink.leases;
    void endingOf(first!.commit({ offset: 0, metadata: '' }));
    void endingOf(second!.commit({ offset: 0, metadata: '' }));
    await scene.pass(10);
    const late = sink.leases.map((lease) => endingOf(lease.commit({ offset: 0, metadata: 'late' })));
    slow.it = false;
    const other = scene.member('b');
    await granted(scene, other);
    const [partition] = other.sink.owned;
    await scene.pass(20_000);
    expect(await late[partition!]).toBe('LEASE_LOST');
    expect(
      scene.stored.filter((commit) => commit.metadata.endsWith('/late')).map((commit) => commit.partition),
    ).toEqual(sink.owned);
  });

  it('does not repeat one by itself', async () => {
    const losing = { it: true };
    const fate = ({ api }: SentRequest) =>
      losing.it && api === 'commit' ? ({ lost: 'request', noticedMs: 5 } as const) : undefined;
    const { scene, sink } = await ownedScene(1, {}, fate);
    const first = endingOf(sink.lease().commit({ offset: 0, metadata: 'first' }));
    await scene.pass(100);
    losing.it = false;
    await scene.pass(10_000);
    expect([await first, scene.stored]).toEqual(['BROKER_UNAVAILABLE', []]);
  });

  it('says that it is not confirmed where the answer is lost, although it is stored', async () => {
    const fate = ({ api }: SentRequest) => (api === 'commit' ? ({ lost: 'answer' } as const) : undefined);
    const { scene, sink } = await ownedScene(1, {}, fate);
    const committed = endingOf(sink.lease().commit({ offset: 0, metadata: 'x' }));
    await scene.pass(6_000);
    expect([await committed, scene.stored.length]).toEqual(['BROKER_UNAVAILABLE', 1]);
  });

  it('stores the offset alone where the metadata is too long, and the others as they are', async () => {
    const { scene, sink } = await ownedScene(2);
    const commits = sink.leases.map((lease, index) =>
      endingOf(lease.commit({ offset: 7, metadata: 'x'.repeat(4_095 - index) })),
    );
    await scene.pass(200);
    expect(await Promise.all(commits)).toEqual(['done', 'done']);
    const stored = [0, 1].map((partition) => scene.broker.group(group).offsets.get({ topic, partition }));
    expect(stored).toEqual([
      { offset: 7, metadata: '2/' },
      { offset: 7, metadata: `2/${'x'.repeat(4_094)}` },
    ]);
  });

  it('ends all leases when the group does not know the member, and gets new ones', async () => {
    const { scene, sink } = await ownedScene(2);
    const first = [...sink.leases];
    scene.broker.group(group).expel('a');
    const committed = endingOf(first[0]!.commit({ offset: 0, metadata: '' }));
    await scene.pass(100);
    expect([await committed, first.map(({ signal }) => signal.aborted)]).toEqual(['LEASE_LOST', [true, true]]);
    await scene.until(() => sink.owned.length === 2);
    expect(sink.leases.slice(2).map(({ epoch }) => epoch)).toEqual([2, 2]);
  });
});

describe('a session', () => {
  it('ends for the member before it ends for the group', async () => {
    const cut = { it: false };
    const fate = ({ from }: SentRequest) => (cut.it && from === 'a' ? ({ lost: 'request' } as const) : undefined);
    const { scene, sink } = await ownedScene(1, {}, fate);
    const other = scene.member('b');
    await scene.pass(2_000);
    cut.it = true;
    await scene.until(() => sink.owned.length === 0);
    const endedMs = scene.clock.mark();
    expect(scene.gone).toEqual([]);
    await granted(scene, other);
    expect(scene.gone).toEqual(['a: session timeout']);
    expect(scene.clock.mark() - endedMs).toBeGreaterThan(1_500);
  });

  it('has ended when the process has stood still for longer, before anything tells it so', async () => {
    const { scene, member, sink } = await ownedScene();
    const seen: boolean[] = [];
    member.process.clock.after(1, () => seen.push(sink.lease().signal.aborted));
    member.process.standStill(20_000);
    await scene.until(() => seen.length > 0);
    expect([seen, sink.told.includes('revoked 0')]).toEqual([[true], false]);
    await granted(scene, member, 2);
    expect(sink.told).toEqual(['granted 0', 'revoked 0', 'granted 0']);
  });

  it('goes on through a coordinator that is away for less, and through one that is away for longer', async () => {
    const { scene, sink } = await ownedScene(1, { requestTimeoutMs: 1_000 });
    scene.broker.group(group).away(5_000, 'kept');
    await scene.pass(20_000);
    expect(sink.leases.length).toBe(1);
    scene.broker.group(group).away(60_000, 'kept');
    await scene.pass(70_000);
    expect([sink.leases.length, sink.owned]).toEqual([2, [0]]);
    scene.broker.group(group).away(100, 'forgotten');
    await scene.pass(5_000);
    expect([sink.leases.length, sink.owned]).toEqual([3, [0]]);
  });

  it('is over for all it has heard of when the process crashes', async () => {
    const { scene, member, sink } = await ownedScene();
    scene.append(5);
    member.process.crash();
    await scene.pass(20_000);
    expect([sink.offsets[0] ?? [], scene.gone]).toEqual([[], ['a: session timeout']]);
  });
});

describe('a log that is not as it was', () => {
  it('is skipped to where it begins when records were deleted unread, and keeps its metadata', async () => {
    const { scene, sink } = await ownedScene();
    sink.lease().pause();
    await scene.ending(sink.lease().commit({ offset: 0, metadata: 'map' }));
    scene.append(100);
    await scene.pass(1_000);
    scene.broker.deleteBelow(p0, 60);
    sink.lease().resume();
    await scene.pass(5_000);
    expect([sink.offsets[0], sink.leases.length]).toEqual([range(60, 100), 1]);
    expect(scene.stored.map(({ metadata }) => metadata)).toEqual(['1/map']);
  });

  it('is granted anew as one that ends before what was read, when the topic was made again', async () => {
    const { scene, sink } = await ownedScene();
    scene.append(50);
    await scene.until(() => sink.coveredTo[0] === 50);
    await scene.ending(sink.lease().commit({ offset: 5, metadata: 'map' }));
    scene.broker.deleteTopic(topic, 'kept');
    scene.broker.createTopic(topic, 1);
    scene.append(10);
    await scene.until(() => sink.leases.length === 2);
    const { committed, logEnd } = sink.lease();
    expect(committed).toEqual({ offset: 50, metadata: '' });
    expect(logEnd).toBe(10);
    await scene.pass(1_000);
    expect(sink.offsets[0]).toEqual([...range(0, 50), ...range(0, 10)]);
  });

  it('is granted once, where the group forgets the member while it looks', async () => {
    const { scene, sink } = await ownedScene(1, { heartbeatIntervalMs: 100 });
    scene.append(50);
    await scene.until(() => sink.coveredTo[0] === 50);
    scene.broker.deleteTopic(topic, 'deleted');
    scene.broker.createTopic(topic, 1);
    await scene.pass(1_000);
    scene.broker.group(group).expel('a');
    await scene.pass(5_000);
    expect(sink.told).toEqual(['granted 0', 'revoked 0', 'granted 0']);
  });

  it('is known for another one also when the group rebalances meanwhile', async () => {
    const { scene, sink } = await ownedScene();
    scene.append(50);
    await scene.until(() => sink.coveredTo[0] === 50);
    await scene.ending(sink.lease().commit({ offset: 5, metadata: '' }));
    scene.broker.deleteTopic(topic, 'kept');
    await scene.until(() => sink.owned.length === 0);
    scene.broker.createTopic(topic, 1);
    scene.append(10);
    scene.member('b');
    await scene.until(() => sink.leases.length === 2);
    expect([sink.lease().committed?.offset, sink.lease().logEnd]).toEqual([50, 10]);
  });

  it('is taken for what it is where it came back from another member', async () => {
    const quick = { heartbeatIntervalMs: 100 };
    const { scene, sink } = await ownedScene(2, quick);
    for (const partition of [0, 1]) scene.append(50, partition);
    await scene.until(() => sink.coveredTo[0] === 50 && sink.coveredTo[1] === 50);
    scene.broker.deleteTopic(topic, 'deleted');
    await scene.until(() => sink.owned.length === 0);
    scene.broker.createTopic(topic, 2);
    for (const partition of [0, 1]) scene.append(10, partition);
    const other = scene.member('b', quick);
    await granted(scene, other);
    const { partition } = other.sink.lease(other.sink.owned[0]);
    await scene.ending(other.sink.lease(partition).commit({ offset: 10, metadata: 'read' }));
    void other.source.stop();
    await scene.until(() => sink.owned.includes(partition));
    expect(sink.lease(partition).committed).toEqual({ offset: 10, metadata: 'read' });
  });

  it('is taken for what it is where another member had it while this one stood still', async () => {
    const { scene, member, sink } = await ownedScene();
    scene.append(50);
    await scene.until(() => sink.coveredTo[0] === 50);
    scene.broker.deleteTopic(topic, 'deleted');
    await scene.until(() => sink.owned.length === 0);
    member.process.standStill(60_000);
    scene.broker.createTopic(topic, 1);
    scene.append(10);
    const other = scene.member('b');
    await granted(scene, other);
    await scene.ending(other.sink.lease().commit({ offset: 10, metadata: 'read' }));
    void other.source.stop();
    await scene.until(() => sink.owned.length === 1);
    expect(sink.lease().committed).toEqual({ offset: 10, metadata: 'read' });
  });

  it('is waited for while its topic is not there', async () => {
    const { scene, sink } = await ownedScene();
    scene.append(5);
    await scene.pass(500);
    scene.broker.deleteTopic(topic, 'deleted');
    await scene.pass(5_000);
    expect(sink.owned).toEqual([]);
    scene.broker.createTopic(topic, 1);
    scene.append(2);
    await scene.pass(10_000);
    expect(sink.offsets[0]).toEqual([...range(0, 5), 0, 1]);
  });

  it('is not believed to end before the commit by a leader that has not caught up', async () => {
    const scene = new Scene();
    scene.append(100);
    scene.broker.group(group).offsets.set(p0, { offset: 90, metadata: '' });
    scene.broker.hideEnd(p0, 50, 1_000);
    const { sink } = scene.member('a');
    await scene.until(() => sink.leases.length === 1);
    expect(sink.lease().logEnd).toBe(100);
    await scene.pass(1_000);
    expect(sink.offsets[0]).toEqual(range(90, 100));
  });

  it('is begun at the oldest record where the group was set back to that', async () => {
    const scene = new Scene();
    scene.append(10);
    scene.broker.deleteBelow(p0, 4);
    scene.broker.group(group).offsets.set(p0, { offset: -2, metadata: '' });
    const { sink } = scene.member('a');
    await scene.until(() => sink.leases.length === 1);
    expect(sink.lease().committed).toEqual({ offset: 4, metadata: '' });
  });

  it('grows by partitions, which are granted, too', async () => {
    const { scene, sink } = await ownedScene();
    scene.broker.addPartitions(topic, 2);
    await scene.pass(40_000);
    expect(sink.owned).toEqual([0, 1, 2]);
  });
});
