import { describe, expect, it } from 'vitest';
import { meanPerSecond, mostInASecond } from '../testing/sliding-second.ts';
import { QuotaWorld } from './quota-world.test-support.ts';

const second = 1_000;
const minute = 60_000;

describe('a quota', () => {
  it.each([1, 2, 3, 5, 8])(
    'of 300 a second is never exceeded by more than one per cent, and used to 97, by %i instances with equal shares',
    (instances) => {
      const world = new QuotaWorld({ seed: instances });
      world.instances(instances, { perSecond: 300 });
      world.pass(minute);
      expect(mostInASecond(world.arrivals)).toBeLessThanOrEqual(303);
      expect(meanPerSecond(world.arrivals, 2 * second, minute)).toBeGreaterThanOrEqual(291);
    },
  );

  it.each([3_000, 1_000, 100])('of %i a second is kept as well', (perSecond) => {
    const world = new QuotaWorld({ seed: perSecond });
    world.instances(3, { perSecond }, { concurrency: 5_000 });
    world.pass(20 * second);
    expect(mostInASecond(world.arrivals)).toBeLessThanOrEqual(1.01 * perSecond);
    expect(meanPerSecond(world.arrivals, 2 * second, 20 * second)).toBeGreaterThanOrEqual(0.95 * perSecond);
  });

  it('of few calls is rounded down for each instance, and not exceeded', () => {
    const world = new QuotaWorld();
    world.instances(3, { perSecond: 10 });
    world.pass(minute);
    expect(mostInASecond(world.arrivals)).toBeLessThanOrEqual(10);
    expect(meanPerSecond(world.arrivals, 0, minute)).toBeGreaterThan(8.5);
  });

  it('of less than one call a second gives one in a longer time', () => {
    const world = new QuotaWorld();
    world.instances(1, { perSecond: 0.1 });
    world.pass(10 * minute);
    expect(world.arrivals.length).toBeGreaterThanOrEqual(55);
    expect(world.arrivals.length).toBeLessThanOrEqual(60);
  });

  it('is spread evenly: not all at the start of a second', () => {
    const world = new QuotaWorld();
    world.instances(3, { perSecond: 300 });
    world.pass(10 * second);
    const tenths = Array.from({ length: 100 }, (_, tenth) =>
      meanPerSecond(world.arrivals, 100 * tenth, 100 * tenth + 100),
    );
    expect(Math.max(...tenths)).toBeLessThan(1.5 * 300);
    expect(Math.min(...tenths.slice(6))).toBeGreaterThan(0.5 * 300);
  });

  it('is made up for after a moment in which nothing could start, without a burst', () => {
    const world = new QuotaWorld({ jitterMs: 1, lateMs: 1 });
    const gate = world.gate({ perSecond: 300 });
    const first = world.drive(gate);
    world.pass(5 * second);
    first.stop();
    world.pass(150);
    world.drive(gate);
    world.pass(20 * second);
    expect(mostInASecond(world.arrivals)).toBeLessThanOrEqual(303);
    expect(mostInASecond(world.arrivals.map((mark) => 10 * mark))).toBeLessThanOrEqual(1.4 * 30);
    expect(meanPerSecond(world.arrivals, 5 * second, 25 * second)).toBeGreaterThan(0.975 * 300);
  });

  it.each([1, 2, 3])(
    'is kept and used by %i instances that stand still now and then, their calls held up on the way',
    (instances) => {
      const world = new QuotaWorld({ seed: instances, takes: 300, jitterMs: 5, stallMs: 100, holdUpMs: 20 });
      world.instances(instances, { perSecond: 300 });
      world.pass(minute);
      expect(mostInASecond(world.arrivals)).toBeLessThanOrEqual(303);
      expect(meanPerSecond(world.arrivals, 2 * second, minute)).toBeGreaterThanOrEqual(0.97 * 300);
      expect(world.refusals.length).toBeLessThan(0.001 * world.arrivals.length);
    },
  );

  it('is kept by an instance that has just started, and whose first calls leave late and together', () => {
    const world = new QuotaWorld({ takes: 300, jitterMs: 5, coldMs: 150 });
    world.instances(1, { perSecond: 300 });
    world.pass(5 * second);
    expect(mostInASecond(world.arrivals)).toBeLessThanOrEqual(300);
    expect(world.refusals).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'is not exceeded while shares jump from one instance to another (seed %i)',
    (seed) => {
      const world = new QuotaWorld({ seed });
      const [one, other] = [world.gate({ perSecond: 300 }), world.gate({ perSecond: 300 })];
      let share = 0.5;
      one.takeShare(share);
      other.takeShare(1 - share);
      world.drive(one);
      world.drive(other);
      for (let change = 0; change < 100; change++) {
        world.pass(100 + 900 * world.random());
        share = world.random();
        one.takeShare(share);
        other.takeShare(1 - share);
      }
      expect(mostInASecond(world.arrivals)).toBeLessThanOrEqual(303);
      expect(meanPerSecond(world.arrivals, second, world.clock.mark())).toBeGreaterThan(0.95 * 300);
    },
  );

  it('counts all calls of a handler that makes several', () => {
    const world = new QuotaWorld();
    world.instances(3, { perSecond: 300 }, { calls: 3 });
    world.pass(minute);
    expect(mostInASecond(world.arrivals, 2 * second)).toBeLessThanOrEqual(1.02 * 300);
    expect(meanPerSecond(world.arrivals, 2 * second, minute)).toBeGreaterThan(0.94 * 300);
  });

  it('of nothing, before there is a share, lets nothing start', () => {
    const gate = new QuotaWorld().gate({ perSecond: 300 });
    gate.takeShare(0);
    expect(gate.closedForMs()).toBeGreaterThan(0);
    gate.takeShare(1);
    expect(gate.closedForMs()).toBeUndefined();
  });
});

describe('a cap of concurrency', () => {
  it('is shared, rounded down, and at least one', () => {
    const gate = new QuotaWorld().gate({ concurrency: 10 });
    for (const [share, most] of [
      [1 / 3, 3],
      [0.1, 1],
      [0.01, 1],
      [1, 10],
    ] as const) {
      gate.takeShare(share);
      let running = 0;
      for (; gate.closedForMs() === undefined; running++) gate.turnStarted();
      expect(running).toBe(most);
      for (; running > 0; running--) gate.turnEnded();
    }
  });
});

describe('a quota that the API cuts by itself', () => {
  it.each([
    ['with nothing but 429', {}],
    ['with Retry-After', { refusal: { 'retry-after': '1' } }],
    [
      'with RateLimit headers',
      { headers: ({ takes }: QuotaWorld) => ({ 'ratelimit-policy': `"all";q=${takes};w=1` }) },
    ],
    [
      'with X-RateLimit headers',
      {
        headers: ({ takes, clock }: QuotaWorld) => ({
          'x-ratelimit-limit': `${takes}`,
          'x-ratelimit-reset': `${Math.ceil((clock.now() + 1) / second)}`,
        }),
      },
    ],
  ])('%s is found within 10 s, and when it is raised again', (_, says) => {
    const world = new QuotaWorld({ takes: 300, seed: 3, ...says });
    world.instances(3, { perSecond: 300 });
    world.pass(10 * second);
    world.takes = 100;
    world.pass(40 * second);
    const [cut, found] = [10 * second, 20 * second];
    const refused = world.refusals.filter((mark) => mark >= cut);
    expect(refused.length).toBeLessThan(150);
    expect(refused.filter((mark) => mark >= found).length).toBeLessThan(15);
    expect(mostInASecond(world.arrivals, found)).toBeLessThanOrEqual(115);
    expect(meanPerSecond(world.taken, found, 50 * second)).toBeGreaterThan(85);
    world.takes = 300;
    world.pass(150 * second);
    expect(meanPerSecond(world.taken, 180 * second, 200 * second)).toBeGreaterThan(0.95 * 300);
  });

  it('is kept with few refusals for as long as it stays cut', () => {
    const world = new QuotaWorld({ takes: 100 });
    world.instances(3, { perSecond: 300 });
    world.pass(10 * minute);
    expect(world.refusals.filter((mark) => mark > minute).length).toBeLessThan(0.005 * world.taken.length);
    expect(meanPerSecond(world.taken, minute, 10 * minute)).toBeGreaterThan(90);
  });

  it('is used as before after one refusal, which may be chance', () => {
    const world = new QuotaWorld();
    world.instances(1, { perSecond: 300 });
    world.pass(5 * second);
    world.takes = 0;
    while (world.refusals.length === 0) world.pass(1);
    world.takes = Infinity;
    const refused = world.clock.mark();
    world.pass(second);
    expect(meanPerSecond(world.arrivals, refused, refused + second)).toBeGreaterThan(0.96 * 300);
  });

  it('is not taken for cut on one refusal, which may be chance', () => {
    const world = new QuotaWorld();
    const [gate] = world.instances(1, { perSecond: 300 });
    world.pass(5 * second);
    world.takes = 0;
    world.pass(20);
    world.takes = Infinity;
    world.pass(5 * second);
    expect(world.refusals.length).toBeGreaterThan(0);
    expect(gate?.state).toMatchObject({ perSecond: 300, because: 'configured' });
  });
});

describe('an API without a configured quota', () => {
  it('gets all calls while it takes them', () => {
    const world = new QuotaWorld();
    const [gate] = world.instances(1, undefined);
    world.pass(10 * second);
    expect(meanPerSecond(world.arrivals, second, 10 * second)).toBeGreaterThan(3_000);
    expect(gate?.state).toMatchObject({ perSecond: undefined, because: undefined });
  });

  it('is slowed down by its refusals alone', () => {
    const world = new QuotaWorld({ takes: 100 });
    const [gate] = world.instances(1, undefined);
    world.pass(30 * second);
    expect(meanPerSecond(world.taken, 5 * second, 30 * second)).toBeGreaterThan(85);
    expect(meanPerSecond(world.refusals, 10 * second, 30 * second)).toBeLessThan(2);
    expect(gate?.state).toMatchObject({ because: 'learned from 429' });
  });
});

describe('Retry-After beside 429', () => {
  it.each([
    ['in seconds', () => '7'],
    ['as a date', (world: QuotaWorld) => new Date(world.clock.now() + 7_000).toUTCString()],
  ])('%s is waited for', (_, after) => {
    const world = new QuotaWorld();
    const gate = world.gate({ perSecond: 300 });
    gate.answered({ status: 429, headers: { 'retry-after': after(world) } });
    world.pass(6_999);
    expect(gate.closedForMs()).toBeGreaterThan(0);
    world.pass(2);
    expect(gate.closedForMs()).toBeUndefined();
  });
});

it('says how long attempts waited for the quota', () => {
  const world = new QuotaWorld();
  const gate = world.gate({ perSecond: 300 });
  gate.takeShare(0);
  gate.closedForMs();
  world.pass(500);
  expect(gate.state.waitedMs).toBe(500);
  gate.takeShare(1);
  gate.turnStarted();
  world.pass(500);
  expect(gate.state).toMatchObject({ waitedMs: 500, share: 1, usedPerSecond: 1, running: 1 });
});
