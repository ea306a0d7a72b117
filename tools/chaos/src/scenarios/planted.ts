import { type MemberBug, memberBugs } from '../member/member-bugs.ts';
import type { Scenario } from '../scenario.ts';

const members = 2;
const settings = { sessionTimeoutMs: 4_000, leaseMarginMs: 700 };
const runMs = 3_000;

/** Consumers with a bug: a judge that finds nothing in them is blind. */
export const planted: readonly Scenario[] = memberBugs.map(scenario);

function scenario(bug: MemberBug): Scenario {
  return {
    name: `planted-${bug.replaceAll(' ', '-')}`,
    what: `a consumer that ${bug} is found out`,
    broker: 'shared',
    extents: ['full', 'short'],
    planted: true,
    run: async ({ perSecond, open }) => {
      const world = await open({ partitions: 4, idempotencyKeys: 'ignored', settings });
      world.load({ perSecond, keys: 20 });
      await world.startAll(members, { bug });
      await world.pass(runMs);
      await world.members[0]?.kill();
      await world.pass(runMs);
      return { world };
    },
  };
}
