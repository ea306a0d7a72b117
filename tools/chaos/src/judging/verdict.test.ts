import { describe, expect, it } from 'vitest';
import { judgeRun } from './verdict.ts';
import { Story } from './story.test-support.ts';

const judged = (story: Story, callsAgain: 'kills may' | 'none' = 'kills may', apiHonoursKeys = false) =>
  judgeRun(story.evidence, { apiHonoursKeys, callsAgain, concurrency: 10 });

const names = (...[story, callsAgain, keys]: Parameters<typeof judged>) =>
  judged(story, callsAgain, keys).breaches.map(({ name }) => name);

/** Two events of a key, called, committed, and handed over. */
const good = () =>
  new Story()
    .write('k', 'e1', 'e2')
    .grant('m1')
    .call('m1', 'e1')
    .call('m1', 'e2')
    .commit('m1', 2)
    .release('m1')
    .stop('m1')
    .grant('m2');

/** One call accepted, and not committed, when its member is killed; another one in flight. */
const killed = () =>
  new Story()
    .write('k', 'e1')
    .write('l', 'e2')
    .grant('m1')
    .call('m1', 'e1')
    .call('m1', 'e2', 'never')
    .kill('m1')
    .grant('m2');

describe('a run', () => {
  it('in which everything is called once and committed breaks nothing', () => {
    const { count, breaches } = judged(good(), 'none', true);
    expect(breaches).toEqual([]);
    expect(count).toMatchObject({ events: 2, calls: 2, doubleEffects: 0, bound: 0, retries: 0 });
  });

  it('in which a call is made again after it had failed breaks nothing', () => {
    const run = new Story().write('k', 'e1').grant('m1').call('m1', 'e1', 'failed').call('m1', 'e1').commit('m1', 1);
    expect(judged(run, 'none').breaches).toEqual([]);
    expect(judged(run).count.retries).toBe(1);
  });

  it('in which a call that its deadline cut off is made again by its member breaks nothing', () => {
    const run = new Story().write('k', 'e1').grant('m1').call('m1', 'e1', 'cut-off').call('m1', 'e1').commit('m1', 1);
    expect(names(run, 'none')).toEqual([]);
  });

  it('in which an event is not called has lost it', () => {
    const run = good().write('k', 'e3');
    expect(names(run)).toContain('nothing is lost');
    expect(judged(run).count.lost).toEqual(['e3']);
  });
});

describe('a call made again', () => {
  it('after its member was killed may fail, and is then repeated for that', () => {
    const run = killed().call('m2', 'e1', 'failed').call('m2', 'e1').call('m2', 'e2').commit('m2', 2);
    expect(judged(run).count).toMatchObject({ againInFlight: 1, bound: 2, retries: 1 });
    expect(names(run)).toEqual(names(killed().call('m2', 'e1').call('m2', 'e2').commit('m2', 2)));
  });

  it('after a kill is one of those that it may cost', () => {
    const run = killed().call('m2', 'e1').call('m2', 'e2').commit('m2', 2);
    const { count, breaches } = judged(run);
    expect(breaches).toEqual([]);
    expect([count.againUncommitted.length, count.againInFlight, count.bound, count.doubleEffects]).toEqual([
      1, 1, 2, 2,
    ]);
  });

  it('after a kill is one too many where nobody was to be killed, and where it acts twice for a key', () => {
    const run = killed().call('m2', 'e1').call('m2', 'e2').commit('m2', 2);
    expect(names(run, 'none', true)).toEqual(['one effect', 'no call is made again', 'one effect per key']);
  });

  it('after a kill although it was committed is none of those', () => {
    const run = new Story().write('k', 'e1').grant('m1').call('m1', 'e1').commit('m1', 1).kill('m1').grant('m2');
    expect(names(run.call('m2', 'e1').commit('m2', 1))).toContain('calls made again within the bound');
  });

  it('after its 200, by the member that had it, is told with its event, key and times', () => {
    const run = new Story().write('k', 'e1').grant('m1').call('m1', 'e1').call('m1', 'e1').commit('m1', 1);
    const breach = judged(run).breaches.find(({ name }) => name === 'no call is made again after its 200');
    expect(breach?.text).toBe(
      'no call is made again after its 200: broken once\n' +
        '  e1@0, key k: m1 called at 0.002 s, 200 at 0.006 s; m1 called again at 0.008 s',
    );
  });

  it('after its partition was handed over in order breaks the promise of that', () => {
    expect(names(good().call('m2', 'e2').commit('m2', 2))).toContain('no call is made again after its 200');
  });
});

describe('a call of an event that its writer has written twice', () => {
  it('is none that is made again, for each record has its own', () => {
    const run = new Story().write('k', 'e1', 'e1').grant('m1').call('m1', 'e1@0').call('m1', 'e1@1').commit('m1', 2);
    const { count } = judged(run);
    expect([count.writtenTwice, count.againAfter200]).toEqual([1, []]);
  });
});

describe('what is seen at the API', () => {
  it('is an overlap where a call of an event comes while another one of it is there', () => {
    const run = new Story().write('k', 'e1').grant('m1').call('m1', 'e1', 'never').lose('m1').grant('m2');
    expect(names(run.call('m2', 'e1').commit('m2', 1))).toContain('no two calls of an event at once');
  });

  it('is none where the member of that other one is dead, or stands still', () => {
    expect(names(killed().call('m2', 'e2'))).not.toContain('no two calls of an event at once');
    const zombie = new Story().write('k', 'e1').grant('m1').call('m1', 'e1', 'never').grant('m2').call('m2', 'e1');
    const [first] = zombie.evidence.members;
    const stalls = [{ fromMs: 4, toMs: 5_000 }];
    const evidence = {
      ...zombie.evidence,
      members: zombie.evidence.members.map((m) => (m.name === first?.name ? { ...m, stalls } : m)),
    };
    const { breaches } = judgeRun(evidence, { apiHonoursKeys: false, concurrency: 10 });
    expect(breaches.map(({ name }) => name)).not.toContain('no two calls of an event at once');
  });

  it('is a request sent twice where one call comes twice', () => {
    const run = new Story().write('k', 'e1').grant('m1').call('m1', 'e1').arrive('m1', 'e1').commit('m1', 1);
    expect(names(run)).toContain('no request is sent twice');
  });

  it('is out of order where a later event of a key takes effect first', () => {
    const run = new Story().write('k', 'e1', 'e2').grant('m1').call('m1', 'e2').call('m1', 'e1').commit('m1', 2);
    expect(names(run)).toEqual(expect.arrayContaining(['order per key', 'first effects of a key are in order']));
  });
});

describe('commits', () => {
  it('that Kafka confirmed must be stored', () => {
    const run = new Story().write('k', 'e1').grant('m1').call('m1', 'e1').commit('m1', 1, 'not stored');
    expect(names(run)).toContain('a commit that was confirmed is stored');
  });

  it('of a member that has lost the partition to another are found out', () => {
    const run = new Story().write('k', 'e1', 'e2').grant('m1').call('m1', 'e1').lose('m1').grant('m2');
    expect(names(run.call('m2', 'e1').call('m2', 'e2').commit('m2', 2).commit('m1', 1))).toContain('honest commits');
  });
});

describe('a member that stood still for longer than its session', () => {
  const frozen = () =>
    new Story().write('k', 'e1', 'e2', 'e3').grant('m1').call('m1', 'e1').freeze('m1', 5_000).grant('m2');

  it('may not begin calls of before, but for the one that it may have been about to begin', () => {
    const one = frozen().call('m1', 'e2');
    expect([judged(one).count.afterLease, names(one).includes('no call begins after its lease')]).toEqual([
      ['e2@1'],
      false,
    ]);
    expect(names(one.call('m1', 'e3'))).toContain('no call begins after its lease');
  });

  it('may have been about to send one that it had begun, which counts as that one', () => {
    const begun = new Story().write('k', 'e1', 'e2').grant('m1').begin('m1', 'e1').freeze('m1', 5_000).grant('m2');
    expect(judged(begun).count.afterLease).toEqual([]);
    expect(judged(begun.arrive('m1', 'e1')).count.afterLease).toEqual(['e1@0']);
  });

  it('may, under a new lease', () => {
    const run = frozen().lose('m1').call('m2', 'e1').call('m2', 'e2').commit('m2', 2).release('m2').stop('m2');
    expect(judged(run.grant('m1').call('m1', 'e3').commit('m1', 3)).count.afterLease).toEqual([]);
  });
});
