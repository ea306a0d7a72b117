import type { ClusterBroker } from '@millrace/launcher';
import { breaches, coveredTo, offsets, owned, range, store, toldOf } from '@millrace/testing/record-source-suite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keptLog, testKafka } from '../testing/test-kafka.ts';
import { KafkaProxy } from '../testing/kafka-proxy.ts';
import { KafkaWorld } from '../testing/kafka-world.ts';
import { protocolErrorOf } from '../connection/kafka-error.ts';
import { withAdmin } from '../connection/with-admin.ts';
import { useCluster } from '../testing/running-cluster.ts';

const cluster = useCluster(2);

async function open(replicas: readonly (readonly number[])[]): Promise<{ world: KafkaWorld; proxy: KafkaProxy }> {
  const world = await KafkaWorld.make(cluster(), replicas);
  const proxy = await KafkaProxy.start(cluster().brokers.split(','));
  onTestFinished(async () => {
    await world.close();
    proxy.close();
  });
  return { world, proxy };
}

const ofNode =
  (nodeId: number) =>
  ({ broker }: { readonly broker: string }) =>
    broker === cluster().node(nodeId).address;

/** Kills a broker; it is there again when the test is over. */
async function killedNode(nodeId: number): Promise<ClusterBroker> {
  const node = cluster().node(nodeId);
  await node.kill('SIGKILL');
  onTestFinished(() => node.start().catch(() => undefined));
  return node;
}

/** Whether Kafka says of a topic that one of its partitions has no leader. */
async function isLeaderless(topic: string): Promise<boolean> {
  const kafka = testKafka({ brokers: cluster().node(1).address });
  const ask = withAdmin(kafka, (admin) => admin.fetchTopicMetadata({ topics: [topic] }));
  return ask.then(
    () => false,
    (error: unknown) => protocolErrorOf(error) === 'LEADER_NOT_AVAILABLE',
  );
}

describe('a source on two brokers', () => {
  it('loses nothing when the answer of one broker comes in after a join that the other has caused', async () => {
    const { world, proxy } = await open([[1], [2]]);
    const { log, messages } = keptLog();
    const joins = () => messages.filter((message) => message === 'joined the group').length;
    const a = await world.member('a', { proxy, log });
    await world.until(() => owned(a).length === 2);
    await world.write(0, 40);
    await world.until(() => coveredTo(a, 0) === 40);
    await store(world, a, 0, { offset: 10 });
    // records 40 to 59 are on their way while kafkajs, which meets another leader, joins again and goes back to the commit
    const late = proxy.meddle('Fetch', 'hold-answer', ofNode(1));
    await world.write(0, 20);
    await world.until(() => late.met.length > 0);
    const before = joins();
    await world.rig.move(1, [1]);
    await world.until(() => joins() > before);
    late.end();
    await world.write(0, 5);
    await world.write(1, 5);
    await world.until(() => coveredTo(a, 0) === 65 && coveredTo(a, 1) === 5);
    expect([offsets(a, 0), offsets(a, 1)]).toEqual([range(0, 65), range(0, 5)]);
    expect([toldOf(a.told, 'granted').length, breaches([a])]).toEqual([2, []]);
  });

  it('delivers nothing of a partition that is lost when the answer of its broker comes in', async () => {
    const { world, proxy } = await open([[1], [2]]);
    const a = await world.member('a', { proxy });
    await world.until(() => owned(a).length === 2);
    const late = proxy.meddle('Fetch', 'hold');
    await world.until(() => late.met.length === 2);
    await world.write(0, 10);
    await world.write(1, 10);
    const b = await world.member('b');
    await world.until(() => owned(b).length === 1);
    const { partition: lost } = toldOf(b.told, 'granted')[0]!;
    await world.until(() => coveredTo(b, lost) === 10);
    late.end();
    await world.until(() => coveredTo(a, 1 - lost) === 10);
    expect([offsets(a, lost), offsets(b, lost)]).toEqual([[], range(0, 10)]);
    expect(breaches([a, b])).toEqual([]);
  });

  it('goes on where it was when the broker that keeps the group is killed, with all that other topics had there, and when it is back', async () => {
    const { world } = await open([[1], [1]]);
    await open([[2]]); // has no leader then
    await world.rig.keepGroupsOn(2, 1);
    const [a, b] = [
      await world.member('a', { plan: { commits: true } }),
      await world.member('b', { plan: { commits: true } }),
    ];
    await world.until(() => owned(a).length === 1 && owned(b).length === 1);
    const node = await killedNode(2);
    await Promise.all([world.write(0, 20), world.write(1, 20)]);
    await world.until(() => new Set([...owned(a), ...owned(b)]).size === 2);
    await world.until(async () => (await world.committed()).every((stored) => stored?.offset === 20));
    await node.start();
    await Promise.all([world.write(0, 20), world.write(1, 20)]);
    await world.until(async () => (await world.committed()).every((stored) => stored?.offset === 40));
    for (const partition of [0, 1])
      expect(new Set([a, b].flatMap((member) => offsets(member, partition)))).toEqual(new Set(range(0, 40)));
    expect(breaches([a, b])).toEqual([]);
  }, 120_000);

  it('reads on while a partition has no leader, and that one, too, as soon as it has one again', async () => {
    const { world } = await open([[1], [2], [1]]);
    await world.rig.keepGroupsOn(1, 2);
    const a = await world.member('a', { plan: { commits: true } });
    await world.until(() => owned(a).length === 3);
    await Promise.all([world.write(0, 20), world.write(1, 20), world.write(2, 20)]);
    await world.until(() => [0, 1, 2].every((partition) => coveredTo(a, partition) === 20));
    const node = await killedNode(2);
    await world.until(() => isLeaderless(world.rig.topic));
    await world.write(0, 20);
    await world.until(() => coveredTo(a, 0) === 40);
    const b = await world.member('b', { plan: { commits: true } });
    await world.until(() => toldOf(a.told, 'revoked').length > 0); // to b, be it the one without a leader
    const read = (partition: number) => new Set([a, b].flatMap((member) => offsets(member, partition))).size;
    await Promise.all([world.write(0, 20), world.write(2, 20)]);
    await world.until(() => read(0) === 60 && read(2) === 40);
    await node.start();
    await world.write(1, 20);
    await world.until(() => read(1) === 40);
    expect(breaches([a, b])).toEqual([]);
  }, 120_000);
});
