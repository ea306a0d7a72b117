import fc from 'fast-check';
import type { Fault, FaultKind, FaultOf, Moment } from './fault.ts';

/** Within which faults begin. */
export const faultsWithinMs = 30_000;

const atMs = fc.nat({ max: faultsWithinMs });
const member = fc.nat({ max: 3 });
const topic = fc.nat({ max: 1 });
const percent = fc.integer({ min: 1, max: 100 });
/** On both sides of the session timeout, which is 10 s. */
const longMs = fc.integer({ min: 500, max: 25_000 });
/** Steps of a second as of days: a clock that is set right, and one that was never right. */
const jumpMs = fc.oneof(fc.integer({ min: -5_000, max: 5_000 }), fc.integer({ min: -172_800_000, max: 172_800_000 }));
const rightAfterMs = fc.option(longMs, { freq: 2 });
const backAfterMs = fc.option(fc.integer({ min: 0, max: 10_000 }), { freq: 4 });

const moment: fc.Arbitrary<Moment> = fc.oneof(
  fc.constant<Moment>({ on: 'time' }),
  fc.record({
    on: fc.constantFrom('call-started', 'call-ended', 'outcome', 'letter', 'committed', 'granted'),
    count: fc.integer({ min: 1, max: 8 }),
  }),
);

type Fields<Kind extends FaultKind> = {
  [Name in Exclude<keyof FaultOf<Kind>, 'kind' | 'atMs'>]: fc.Arbitrary<FaultOf<Kind>[Name]>;
};

/** How often each fault is drawn, and its fields. */
const kinds: { readonly [Kind in FaultKind]: readonly [weight: number, fields: Fields<Kind>] } = {
  join: [4, {}],
  visit: [4, { forMs: fc.integer({ min: 100, max: 4_000 }) }],
  leave: [5, { member, backAfterMs }],
  crash: [6, { member, moment, microtasks: fc.nat({ max: 24 }), backAfterMs }],
  'stand-still': [5, { member, forMs: longMs }],
  'cut-off': [3, { member, forMs: longMs }],
  'coordinator-away': [3, { forMs: longMs, forgetsMembers: fc.boolean() }],
  commits: [4, { how: fc.constantFrom('refused', 'late', 'unanswered'), percent, forMs: longMs }],
  'clock-jump': [
    4,
    { whose: fc.oneof(member, fc.constantFrom('producers' as const, 'everyone' as const)), byMs: jumpMs, rightAfterMs },
  ],
  'full-disk': [2, { forMs: longMs }],
  'close-target': [2, { forMs: longMs }],
  'fail-api': [3, { how: fc.constantFrom('down', 'refuses'), forMs: longMs }],
  'fail-letters': [2, { forMs: longMs }],
  compact: [2, { topic, percent }],
  'delete-old': [2, { topic, percent }],
  're-create': [3, { topic, records: fc.nat({ max: 40 }), members: fc.constantFrom('stopped', 'running') }],
  'new-leader': [2, { topic, offsets: fc.integer({ min: 1, max: 5 }), forMs: fc.integer({ min: 10, max: 900 }) }],
  'add-partitions': [2, { topic, partitions: fc.integer({ min: 1, max: 3 }) }],
  'set-offsets': [2, { back: fc.option(fc.integer({ min: 1, max: 20 }), { freq: 5 }) }],
};

/** Any fault. */
export const arbitraryFault: fc.Arbitrary<Fault> = fc.oneof(
  ...Object.entries(kinds).map(([kind, [weight, fields]]) => ({
    weight,
    arbitrary: fc.record({ kind: fc.constant(kind), atMs, ...fields }) as unknown as fc.Arbitrary<Fault>,
  })),
);
