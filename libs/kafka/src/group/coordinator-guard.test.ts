import type { Broker, Cluster } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { guardCoordinator } from './coordinator-guard.ts';

type Request = (name: string, request: unknown) => Promise<unknown>;
type Keeper = Record<'heartbeat' | 'offsetCommit' | 'leaveGroup', (request: unknown) => Promise<unknown>>;

const away: Request = () => Promise.reject(Object.assign(new Error('refused'), { name: 'KafkaJSConnectionError' }));
const notMine: Request = () => Promise.reject(Object.assign(new Error('no'), { type: 'NOT_COORDINATOR_FOR_GROUP' }));
const unknown: Request = () => Promise.reject(Object.assign(new Error('who?'), { type: 'UNKNOWN_MEMBER_ID' }));

/** Two brokers, the first of which keeps the group as long as nobody says otherwise. */
async function groupOn(first: Request) {
  const asked: string[] = [];
  const broker = (node: number, answer: Request): Keeper => {
    const ask = (name: string) => (request: unknown) => {
      asked.push(`${name} ${node}`);
      return answer(name, request);
    };
    return { heartbeat: ask('heartbeat'), offsetCommit: ask('offsetCommit'), leaveGroup: ask('leaveGroup') };
  };
  const nodes = [broker(1, first), broker(2, () => Promise.resolve('ok'))];
  const group = { keptBy: 0, closed: false };
  const find = () => Promise.resolve(nodes[group.keptBy] as unknown as Broker);
  const cluster = { findGroupCoordinator: find } as unknown as Cluster;
  guardCoordinator(cluster, { groupId: 'g', closed: () => group.closed, outOfRange: () => undefined });
  const joinedAt = (await cluster.findGroupCoordinator({ groupId: 'g' })) as unknown as Keeper;
  return { asked, group, joinedAt };
}

const commit = { groupId: 'g', topics: [] };

describe('the requests of a member', () => {
  it.each([
    ['is away', away],
    ['does not keep the group any more', notMine],
  ])('follow the group when the broker where it joined %s, and go straight there from then on', async (_, first) => {
    const { asked, group, joinedAt } = await groupOn(first);
    group.keptBy = 1;
    expect(await joinedAt.heartbeat({ groupId: 'g' })).toBe('ok');
    expect(await joinedAt.offsetCommit(commit)).toBe('ok');
    expect(await joinedAt.leaveGroup({ groupId: 'g' })).toBe('ok');
    expect(asked).toEqual(['heartbeat 1', 'heartbeat 2', 'offsetCommit 2', 'leaveGroup 2']);
  });

  it('fail as they did while nobody else keeps the group', async () => {
    const { asked, joinedAt } = await groupOn(away);
    await expect(joinedAt.offsetCommit(commit)).rejects.toThrow('refused');
    expect(asked).toEqual(['offsetCommit 1']);
  });

  it('are not repeated elsewhere after what the coordinator has said of the member, nor once the client is closed', async () => {
    const { asked, group, joinedAt } = await groupOn(unknown);
    group.keptBy = 1;
    await expect(joinedAt.heartbeat({ groupId: 'g' })).rejects.toThrow('who?');
    const closed = await groupOn(away);
    Object.assign(closed.group, { keptBy: 1, closed: true });
    await expect(closed.joinedAt.heartbeat({ groupId: 'g' })).rejects.toThrow('refused');
    expect([asked, closed.asked]).toEqual([['heartbeat 1'], ['heartbeat 1']]);
  });
});
