import { VirtualClock } from '@millrace/messaging/testing';
import { expect, it } from 'vitest';
import { MemberProcess } from './member-process.ts';

function processWith(...waits: readonly number[]) {
  const world = new VirtualClock(0);
  const process = new MemberProcess('a', world);
  const woken: [number, number][] = [];
  const forget = waits.map((ms) => process.clock.after(ms, () => woken.push([ms, world.mark()])));
  const runOut = () => {
    while (world.next());
    return woken;
  };
  return { world, process, forget, runOut };
}

it('takes its time from the world', () => {
  const { forget, runOut } = processWith(10, 20, 30);
  forget[1]?.();
  expect(runOut()).toEqual([
    [10, 10],
    [30, 30],
  ]);
});

it('wakes nothing after its crash, hears of nothing, and leaves no timer behind', () => {
  const { world, process, runOut } = processWith(10, 20);
  world.next();
  process.crash();
  process.clock.after(1, () => expect.unreachable());
  process.deliver(() => expect.unreachable());
  expect([world.waiting, process.alive, runOut()]).toEqual([0, false, [[10, 10]]]);
});

it('catches up in order when it has stood still, with what has reached it meanwhile', () => {
  const { world, process, forget, runOut } = processWith(10, 20, 30, 200);
  const heard: number[] = [];
  world.after(15, () => process.deliver(() => heard.push(world.mark())));
  process.standStill(100);
  world.after(50, () => forget[1]?.());
  expect(runOut()).toEqual([
    [10, 100],
    [30, 100],
    [200, 200],
  ]);
  expect(heard).toEqual([100]);
});
