import { expect, it } from 'vitest';
import { group, Scene, type SceneMember, topic } from './scene.test-support.ts';

const quick = { metadataMaxAgeMs: 1_000, heartbeatIntervalMs: 200 };

/** A member that has both partitions of the topic, ten records in each, and has done all of partition 1 and half of 0. */
async function halfDone(): Promise<{ scene: Scene; member: SceneMember }> {
  const scene = new Scene(2);
  const member = scene.member('a', quick);
  await scene.until(() => member.sink.owned.length === 2);
  for (const partition of [0, 1]) scene.append(10, partition);
  await commit(scene, member, 0, 5);
  await commit(scene, member, 1, 10);
  return { scene, member };
}

function commit(scene: Scene, { sink }: SceneMember, partition: number, offset: number): Promise<string> {
  return scene.ending(sink.lease(partition).commit({ offset, metadata: '' }));
}

it('an added partition waits until the older ones are done up to where they ended then', async () => {
  const { scene, member } = await halfDone();
  scene.broker.addPartitions(topic, 2);
  scene.append(3, 2);
  await scene.pass(20_000);
  scene.append(10, 0);
  await scene.pass(20_000);
  expect(member.sink.owned).toEqual([0, 1]);
  await commit(scene, member, 0, 10);
  await scene.until(() => member.sink.owned.length === 4);
  expect(member.sink.lease(2).committed).toEqual({ offset: 0, metadata: '' });
  await scene.until(() => member.sink.offsets[2]?.length === 3);
});

it('an added partition waits for what was there when it was first seen, however often the group rebalances and whatever is written meanwhile', async () => {
  const { scene, member } = await halfDone();
  scene.broker.addPartitions(topic, 1);
  await scene.pass(5_000);
  scene.append(10, 0);
  for (let join = 0; join < 3; join++) {
    const visitor = scene.member(`visitor ${join}`, quick);
    await scene.until(() => visitor.source.notReady() === undefined);
    await scene.ending(visitor.source.stop());
  }
  await scene.until(() => member.sink.owned.length === 2);
  await commit(scene, member, 0, 10);
  await scene.until(() => member.sink.owned.length === 3);
  expect(scene.broker.group(group).offsets.get({ topic, partition: 0 })?.offset).toBe(10);
});

it('once begun with, it waits for none again, whoever has it next', async () => {
  const { scene, member } = await halfDone();
  scene.broker.addPartitions(topic, 1);
  await commit(scene, member, 0, 10);
  await scene.until(() => member.sink.owned.length === 3);
  await scene.until(() => scene.broker.group(group).offsets.get({ topic, partition: 2 }) !== undefined);
  scene.append(10, 0);
  await scene.ending(member.source.stop());
  const next = scene.member('b', quick);
  await scene.until(() => next.sink.owned.length > 0);
  await scene.pass(100);
  expect(next.sink.owned).toEqual([0, 1, 2]);
});

it('partitions of a topic that the group is new to wait for none, though one of them has been begun with', async () => {
  const scene = new Scene(3);
  for (const partition of [0, 1, 2]) scene.append(10, partition);
  const { sink, source } = scene.member('a', quick);
  await scene.until(() => sink.owned.length === 3);
  await scene.ending(sink.lease(0).commit({ offset: 1, metadata: '' }));
  await scene.ending(source.stop());
  const next = scene.member('b', quick);
  await scene.until(() => next.sink.owned.length === 3);
  expect([1, 2].map((partition) => next.sink.lease(partition).committed)).toEqual([undefined, undefined]);
});

it('partitions wait for none of which another client has stored the place', async () => {
  const scene = new Scene(1);
  scene.append(10, 0);
  scene.broker.group(group).offsets.set({ topic, partition: 0 }, { offset: 3, metadata: 'of another client' });
  scene.broker.addPartitions(topic, 1);
  const { sink } = scene.member('a', quick);
  await scene.until(() => sink.owned.length === 2);
  expect(sink.lease(1).committed).toBeUndefined();
});
