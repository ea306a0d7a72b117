import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderRecord, pass } from '../consumer/consumer.test-support.ts';
import { type CrashPoint, crashPoints, CrashWorld, type Mode } from './once-crash.test-support.ts';
import { seededRandom } from '../testing/seeded-random.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Runs until everything is committed, with a new process a second after each death. */
async function runToEnd(world: CrashWorld): Promise<number> {
  await world.start();
  let deaths = 0;
  for (let seconds = 0; !world.isDone; seconds++) {
    if (seconds > 100_000) throw new Error('it does not end');
    await pass(1_000);
    if (!world.isDead) continue;
    deaths++;
    await world.start();
  }
  return deaths;
}

describe('a process that dies, and an API that acts on every call:', () => {
  /** How often the API acts on the event, and whether that becomes a dead letter. */
  const expected: Readonly<Record<CrashPoint, Readonly<Record<'dead-letter' | 'call-again', string>>>> = {
    'the store is asked': { 'dead-letter': '1', 'call-again': '1' },
    'the store has taken the claim': { 'dead-letter': '0, dead letter', 'call-again': '1' },
    'the API has the call': { 'dead-letter': '0, dead letter', 'call-again': '1' },
    'the API has acted': { 'dead-letter': '1, dead letter', 'call-again': '2' },
    'the API has answered, and the store is told': { 'dead-letter': '1, dead letter', 'call-again': '2' },
    'the store knows': { 'dead-letter': '1', 'call-again': '1' },
    'the commit is on its way': { 'dead-letter': '1', 'call-again': '1' },
  };

  for (const point of crashPoints)
    for (const mode of ['dead-letter', 'call-again'] as const)
      it(`when ${point}, with ${mode}`, async () => {
        const world = new CrashWorld([orderRecord('ann', 1)], mode);
        let killed = false;
        world.kills = (at) => at === point && !killed && (killed = true);
        expect(await runToEnd(world)).toBe(1);
        const letter = world.letters.get('ann-1') === 'CALL_UNCERTAIN' ? ', dead letter' : '';
        expect(`${world.effects.get('ann-1') ?? 0}${letter}`).toBe(expected[point][mode]);
      });

  it('when the commit is on its way, without a store: what was done is done twice', async () => {
    const world = new CrashWorld([orderRecord('ann', 1)], 'without');
    let killed = false;
    world.kills = (at) => at === 'the commit is on its way' && !killed && (killed = true);
    await runToEnd(world);
    expect(world.effects.get('ann-1')).toBe(2);
  });
});

describe('processes that die again and again, at any point', () => {
  const customers = Array.from({ length: 40 }, (_, n) => `customer${n}`);
  const records = [1, 2, 3, 4, 5].flatMap((number) => customers.map((customer) => orderRecord(customer, number)));

  /** Every fiftieth point or so is the last of its process, forty times. */
  async function run(mode: Mode, seed: number) {
    const random = seededRandom(seed);
    const world = new CrashWorld(records, mode);
    let deaths = 0;
    world.kills = () => {
      if (deaths >= 40 || random() > 1 / 50) return false;
      deaths++;
      return true;
    };
    await runToEnd(world);
    const ids = records.map((_, n) => `${customers[n % 40]}-${1 + Math.floor(n / 40)}`);
    const timesOf = (times: number) => ids.filter((id) => (world.effects.get(id) ?? 0) === times).toSorted();
    return { deaths, letters: world.letters, inTheDark: world.inTheDark.toSorted(), timesOf };
  }

  for (const seed of [1, 2, 3])
    describe(`(seed ${seed})`, () => {
      it('do nothing twice, and lose nothing: what nobody knows is a dead letter', async () => {
        const { deaths, letters, inTheDark, timesOf } = await run('dead-letter', seed);
        expect([deaths, new Set(letters.values())]).toEqual([40, new Set(['CALL_UNCERTAIN'])]);
        expect(timesOf(0).length + timesOf(1).length).toBe(records.length);
        expect([...letters.keys()].toSorted()).toEqual([...timesOf(0), ...inTheDark].toSorted());
      });

      it('do twice what they had called and not written down, and nothing else, where that is wanted', async () => {
        const { deaths, letters, inTheDark, timesOf } = await run('call-again', seed);
        expect([deaths, letters.size]).toEqual([40, 0]);
        expect(inTheDark.length).toBeGreaterThan(0);
        expect(timesOf(2)).toEqual(inTheDark);
        expect(timesOf(1).length + timesOf(2).length).toBe(records.length);
      });
    });
});
