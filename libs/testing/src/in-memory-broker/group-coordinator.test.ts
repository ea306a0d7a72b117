import { seededRandom, VirtualClock } from '@millrace/messaging/testing';
import { expect, it } from 'vitest';
import type { Answer, Reply } from './answer.ts';
import { GroupCoordinator, type MemberIdentity } from './group-coordinator.ts';
import type { Joined } from './group-member.ts';

const [p0, p1] = [
  { topic: 'orders', partition: 0 },
  { topic: 'orders', partition: 1 },
];

function coordinated() {
  const clock = new VirtualClock(0);
  const network = { clock, random: seededRandom(1), latencyMs: () => 0, fate: () => undefined, answered: undefined };
  const gone: string[] = [];
  const group = new GroupCoordinator('billing', network, {
    memberGone: (member, why) => gone.push(`${clock.mark()} ${member}: ${why}`),
  });
  const pass = (ms: number) => {
    let reached = false;
    clock.after(ms, () => (reached = true));
    while (!reached) clock.next();
  };
  return { clock, group, gone, pass };
}

type World = ReturnType<typeof coordinated>;

/** What was answered; `waiting` while nothing was. */
function asked<Value>(ask: (reply: Reply<Value>) => void) {
  const answered: { now: Answer<Value> | 'lost' | 'waiting' } = { now: 'waiting' };
  ask((answer) => (answered.now = answer));
  return answered;
}

function join({ group }: World, client: string, { memberId = '', userData = '' } = {}) {
  const profile = { client, topics: ['orders'], userData, sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 30_000 };
  return asked<Joined>((reply) => group.join(memberId, profile, reply));
}

function identityOf(joined: ReturnType<typeof join>): MemberIdentity {
  if (typeof joined.now === 'string' || joined.now.error) throw new Error(`not joined: ${JSON.stringify(joined.now)}`);
  return joined.now.value;
}

function sync({ group }: World, identity: MemberIdentity, ...assigned: [string, (typeof p0)[]][]) {
  return asked<readonly (typeof p0)[]>((reply) => group.sync(identity, new Map(assigned), reply));
}

function heartbeat({ group }: World, identity: MemberIdentity) {
  return asked<undefined>((reply) => group.heartbeat(identity, reply)).now;
}

function commit({ group }: World, identity: MemberIdentity, offset: number, partition = p0) {
  const offsets = [{ ...partition, offset, metadata: '' }];
  return asked<undefined>((reply) => group.commit(identity, offsets, reply)).now;
}

const ok = { value: undefined };

/** Members a, the leader, and b, which own one partition each. */
function twoMembers() {
  const world = coordinated();
  const first = identityOf(join(world, 'a'));
  sync(world, first, [first.memberId, []]);
  const joinedB = join(world, 'b');
  const a = identityOf(join(world, 'a', first));
  const b = identityOf(joinedB);
  const syncedB = sync(world, b);
  sync(world, a, [a.memberId, [p0]], [b.memberId, [p1]]);
  return { ...world, a, b, syncedB };
}

it('makes a new generation when all have joined again, and tells the leader alone who they are', () => {
  const world = coordinated();
  const first = join(world, 'a');
  expect(first.now).toMatchObject({ value: { generation: 1, leader: true } });
  const second = join(world, 'b');
  expect(second.now).toBe('waiting');
  expect(heartbeat(world, identityOf(first))).toEqual({ error: 'REBALANCE_IN_PROGRESS' });
  const again = join(world, 'a', identityOf(first));
  expect(again.now).toMatchObject({ value: { generation: 2, leader: true, members: [{}, {}] } });
  expect(second.now).toMatchObject({ value: { generation: 2, leader: false, members: [] } });
});

it('hands the assignment to all when the leader has made it', () => {
  const world = twoMembers();
  expect(world.syncedB.now).toEqual({ value: [p1] });
  expect([world.group.ownerOf(p0), world.group.ownerOf(p1), world.group.stable]).toEqual(['a', 'b', true]);
});

it('expels who does not join within the rebalance timeout', () => {
  const world = twoMembers();
  const joined = join(world, 'c');
  for (let round = 0; round < 4; round++) {
    world.pass(8_000);
    heartbeat(world, world.a);
    if (round < 2) heartbeat(world, world.b);
  }
  expect(world.gone).toEqual(['26000 b: session timeout', '30000 a: rebalance timeout']);
  expect(joined.now).toMatchObject({ value: { leader: true, members: [{}] } });
  expect(heartbeat(world, world.a)).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
});

it('ends the session of who is not heard of, and not that of who waits for others', () => {
  const world = twoMembers();
  world.pass(9_000);
  heartbeat(world, world.a);
  const joined = join(world, 'c');
  world.pass(2_000);
  expect(world.gone).toEqual(['10000 b: session timeout']);
  world.pass(8_500);
  expect(world.gone.slice(1)).toEqual(['19000 a: session timeout']);
  expect(joined.now).toMatchObject({ value: { leader: true } });
});

it('asks of a commit who makes it, and not whose the partition is', () => {
  const world = twoMembers();
  expect(commit(world, world.b, 12, p0)).toEqual(ok);
  expect(world.group.offsets.get(p0)).toEqual({ offset: 12, metadata: '' });
  expect(commit(world, { ...world.b, memberId: 'x' }, 13)).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
  expect(commit(world, { ...world.b, generation: 1 }, 13)).toEqual({ error: 'ILLEGAL_GENERATION' });
});

it('takes commits of the old generation until all have joined, and none until the new one is shared out', () => {
  const world = twoMembers();
  const joined = join(world, 'c');
  expect(commit(world, world.b, 12)).toEqual(ok);
  join(world, 'b', world.b);
  const a = identityOf(join(world, 'a', world.a));
  expect(commit(world, a, 13)).toEqual({ error: 'REBALANCE_IN_PROGRESS' });
  expect(commit(world, world.b, 13)).toEqual({ error: 'ILLEGAL_GENERATION' });
  sync(world, a, [identityOf(joined).memberId, [p0]]);
  expect(commit(world, a, 13)).toEqual(ok);
});

it('refuses metadata that is too long, and stores the rest of the same request', () => {
  const world = twoMembers();
  const offsets = [
    { ...p0, offset: 5, metadata: 'é'.repeat(4_096) },
    { ...p1, offset: 6, metadata: 'x'.repeat(4_097) },
  ];
  const answer = asked<undefined>((reply) => world.group.commit(world.a, offsets, reply)).now;
  expect(answer).toEqual({ error: 'OFFSET_METADATA_TOO_LARGE' });
  expect([world.group.offsets.get(p0)?.offset, world.group.offsets.get(p1)]).toEqual([5, undefined]);
});

it('tells a follower that says nothing new what it knows already, and rebalances for one that does', () => {
  const world = twoMembers();
  expect(join(world, 'b', world.b).now).toMatchObject({ value: { generation: world.b.generation } });
  expect(heartbeat(world, world.a)).toEqual(ok);
  expect(join(world, 'b', { ...world.b, userData: 'changed' }).now).toBe('waiting');
  expect(heartbeat(world, world.a)).toEqual({ error: 'REBALANCE_IN_PROGRESS' });
});

it('sends who waits for its assignment back when somebody joins or goes meanwhile', () => {
  const world = twoMembers();
  join(world, 'b', { ...world.b, userData: 'changed' });
  const b = { ...world.b, generation: world.b.generation + 1 };
  join(world, 'a', world.a);
  const synced = sync(world, b);
  join(world, 'c');
  expect(synced.now).toEqual({ error: 'REBALANCE_IN_PROGRESS' });
});

it('shares out anew when a member leaves', () => {
  const world = twoMembers();
  expect(asked<undefined>((reply) => world.group.leave(world.b.memberId, reply)).now).toEqual(ok);
  expect(heartbeat(world, world.a)).toEqual({ error: 'REBALANCE_IN_PROGRESS' });
  expect([world.group.members, world.gone]).toEqual([['a'], []]);
});

it('answers nobody while it is away, and then knows its members with new sessions', () => {
  const world = twoMembers();
  world.pass(9_000);
  world.group.away(60_000, 'kept');
  expect([heartbeat(world, world.a), commit(world, world.a, 1)]).toEqual(['lost', 'lost']);
  world.pass(69_000);
  expect(heartbeat(world, world.a)).toEqual(ok);
  expect(world.gone).toEqual([]);
  world.pass(1_500);
  expect(world.gone).toEqual(['79000 b: session timeout']);
});

it('can have forgotten its members when it is back, and keeps the offsets', () => {
  const world = twoMembers();
  commit(world, world.a, 7);
  world.group.away(1_000, 'forgotten');
  world.pass(1_000);
  expect(heartbeat(world, world.a)).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
  expect(world.gone).toEqual(['1000 a: coordinator lost its members', '1000 b: coordinator lost its members']);
  expect(world.group.offsets.get(p0)?.offset).toBe(7);
});
