import fc from 'fast-check';
import { arbitraryFault } from './arbitrary-fault.ts';
import type { ApiPlan, ConsumerPlan, LoadPlan, NetworkPlan, Scenario, TopicPlan } from './scenario.ts';

/** What is usually `usual` and seldom something else; it shrinks to what is usual. */
function mostly<Value>(usual: Value, others: fc.Arbitrary<Value>, oneIn = 4): fc.Arbitrary<Value> {
  return fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });
}

const seldom = (max: number): fc.Arbitrary<number> => mostly(0, fc.integer({ min: 1, max }), 3);

/** One in forty is large. */
const size = fc.oneof(
  { weight: 39, arbitrary: fc.nat({ max: 90 }) },
  { weight: 1, arbitrary: fc.integer({ min: 500, max: 3_000 }) },
);

const topic: fc.Arbitrary<TopicPlan> = fc.record({
  partitions: fc.integer({ min: 1, max: 8 }),
  backlog: fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 40 }) }, { weight: 1, arbitrary: fc.nat({ max: 400 }) }),
  firstOffset: mostly(0, fc.integer({ min: 1, max: 5_000 })),
  gapPercent: seldom(40),
});

const load: fc.Arbitrary<LoadPlan> = fc.record({
  records: size,
  overMs: fc.integer({ min: 1, max: 30_000 }),
  keys: fc.integer({ min: 1, max: 60 }),
  hotPercent: seldom(80),
  nullKeyPercent: seldom(60),
  otherTypePercent: seldom(30),
  invalidPercent: seldom(10),
  bytes: fc.integer({ min: 10, max: 400 }),
});

const consumer: fc.Arbitrary<ConsumerPlan> = fc.record({
  order: mostly<ConsumerPlan['order']>('key', fc.constantFrom('partition', 'unordered', 'function'), 3),
  concurrency: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 9, max: 400 })),
  callTimeoutMs: fc.integer({ min: 500, max: 10_000 }),
  drainTimeoutMs: fc.integer({ min: 100, max: 6_000 }),
  maxElapsedMs: mostly(3_600_000, fc.integer({ min: 500, max: 20_000 }), 3),
  overflow: mostly<ConsumerPlan['overflow']>('pause', fc.constant('dead-letter')),
  held: fc.record({
    records: mostly(2_000, fc.integer({ min: 2, max: 60 }), 2),
    bytes: mostly(1_000_000, fc.integer({ min: 1_000, max: 20_000 })),
    recordsPerPartition: mostly(1_000, fc.integer({ min: 1, max: 20 }), 3),
  }),
  maxAgeMs: mostly<number | undefined>(undefined, fc.integer({ min: 5_000, max: 60_000 }), 6),
});

const api: fc.Arbitrary<ApiPlan> = fc
  .record({
    fastestMs: fc.integer({ min: 1, max: 50 }),
    spreadMs: fc.nat({ max: 1_500 }),
    slowPercent: seldom(20),
    failPercent: seldom(50),
    rejectPercent: seldom(10),
    unansweredPercent: seldom(30),
    hangPercent: seldom(10),
    stuckKeys: mostly(0, fc.integer({ min: 1, max: 3 }), 3),
    stuck: fc.constantFrom('fails', 'hangs'),
    onAbort: mostly<ApiPlan['onAbort']>('ends', fc.constant('goes-on'), 3),
  })
  .map(({ spreadMs, ...plan }) => ({ ...plan, slowestMs: plan.fastestMs + spreadMs }));

const network: fc.Arbitrary<NetworkPlan> = fc
  .record({ fastestMs: fc.integer({ min: 1, max: 20 }), spreadMs: fc.nat({ max: 300 }), lossPercent: seldom(10) })
  .map(({ spreadMs, ...plan }) => ({ ...plan, slowestMs: plan.fastestMs + spreadMs }));

/** Any scenario: most of them small, so that many can be run, and some large. */
export const arbitraryScenario: fc.Arbitrary<Scenario> = fc.record({
  topics: fc.array(topic, { minLength: 1, maxLength: 2, size: 'max' }),
  load,
  consumer,
  api,
  network,
  members: fc.integer({ min: 1, max: 3 }),
  faults: fc.array(arbitraryFault, { maxLength: 8, size: 'max' }),
  batch: mostly<Scenario['batch']>(
    undefined,
    fc.record({ maxSize: fc.integer({ min: 1, max: 20 }), maxDelayMs: fc.nat({ max: 500 }) }),
  ),
  quota: mostly<Scenario['quota']>(
    undefined,
    fc.oneof(
      fc.record({ perSecond: fc.integer({ min: 10, max: 300 }) }),
      fc.record({ concurrency: fc.integer({ min: 1, max: 50 }) }),
    ),
    6,
  ),
});
