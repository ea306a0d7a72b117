import { expect, it } from 'vitest';
import type { Fate, SentRequest } from './network.ts';
import { group, Scene, topic } from './scene.test-support.ts';

const p0 = { topic, partition: 0 };

/** The topic is deleted and made anew, and what groups have stored for it is gone. */
function makeAnew(scene: Scene, partitions: number): void {
  scene.broker.deleteTopic(topic, 'deleted');
  scene.broker.createTopic(topic, partitions);
}

it('a lease that is let go late does not take the present one of its partition with it', async () => {
  const scene = new Scene(2);
  const { sink } = scene.member('a');
  await scene.until(() => sink.owned.length === 2);
  sink.releases = false;
  const visitor = scene.member('b');
  await scene.until(() => sink.told.some((told) => told.startsWith('revoking')));
  const partition = sink.told.includes('revoking 0') ? 0 : 1;
  const earlier = sink.lease(partition);
  scene.broker.group(group).expel('a');
  await scene.until(() => earlier.signal.aborted);
  await scene.ending(visitor.source.stop());
  await scene.until(() => sink.owned.length === 2);
  earlier.release();
  scene.append(3, partition);
  await scene.pass(2_000);
  expect([sink.owned, sink.offsets[partition]]).toEqual([
    [0, 1],
    [0, 1, 2],
  ]);
});

it('a partition that is kept over a join is read on where it was, although the client goes back to the commit', async () => {
  const scene = new Scene();
  const { sink } = scene.member('a');
  scene.append(5);
  await scene.until(() => sink.offsets[0]?.length === 5);
  const before = sink.lease();
  before.pause();
  await scene.pass(1_000);
  makeAnew(scene, 1);
  scene.member('b');
  await scene.pass(5_000);
  before.resume();
  await scene.until(() => sink.leases.length === 2);
  scene.broker.append(p0, { key: null, value: null, headers: {} });
  await scene.until(() => sink.offsets[0]?.length === 6);
  expect(sink.offsets[0]).toEqual([0, 1, 2, 3, 4, 0]);
});

it('a claim that came to nothing while its member joined is given up, so that others get the partition', async () => {
  const joins: SentRequest[] = [];
  const fate = (request: SentRequest): Fate | undefined => {
    if (request.api !== 'join' || request.from !== 'a') return undefined;
    return joins.push(request) === 2 ? { answerMs: 4_000 } : undefined;
  };
  const scene = new Scene(2, { fate });
  const { sink } = scene.member('a', { maxWaitMs: 200 });
  await scene.until(() => sink.owned.length === 2);
  scene.append(5, 0);
  scene.append(5, 1);
  await scene.until(() => (sink.offsets[0]?.length ?? 0) + (sink.offsets[1]?.length ?? 0) === 10);
  const other = scene.member('b');
  await scene.until(() => joins.length === 2);
  makeAnew(scene, 2);
  await scene.until(() => other.sink.owned.length === 1);
  await scene.until(() => sink.owned.length === 1);
  expect(new Set([...sink.owned, ...other.sink.owned])).toEqual(new Set([0, 1]));
});
