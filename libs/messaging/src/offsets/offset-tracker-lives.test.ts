import fc from 'fast-check';
import { describe, it } from 'vitest';
import { GroupModel, type GroupStep } from './group-model.test-support.ts';

const steps: fc.Arbitrary<readonly GroupStep[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        does: fc.constant('deliver' as const),
        count: fc.nat({ max: 12 }),
        covers: fc.nat({ max: 4 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        does: fc.constant('finish' as const),
        picks: fc.array(fc.nat({ max: 50 }), { maxLength: 8 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('commit' as const) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('crash' as const) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('compact' as const), pick: fc.nat({ max: 100 }) }) },
  ),
  { maxLength: 80 },
);
const logs = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 9 }) }), {
    minLength: 1,
    maxLength: 100,
  })
  .map((distances) => {
    let offset = -1;
    return distances.map((distance) => (offset += distance));
  });

describe('OffsetTracker over several lives of a group', () => {
  it('claims all that is finished and nothing else, at every step, whatever is delivered again and whatever is gone', () => {
    fc.assert(
      fc.property(logs, steps, (log, steps) => {
        const model = new GroupModel(log);
        for (const step of steps) {
          model.take(step);
          model.check();
        }
      }),
      { numRuns: 300 },
    );
  });
});
