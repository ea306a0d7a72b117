import { expect, test } from 'vitest';
import { describeEvent } from './describe-event.ts';
import { eventfulRun } from './eventful-run.test-support.ts';
import { describeGuarantee, Judge } from './judge.ts';
import { RunScript, verdict } from './run-script.test-support.ts';

const atMost = { records: 9, bytes: 900, inFlight: 9, beyond: { records: 0, bytes: 0 } };

test('the smallest counterexample is kept, however often a guarantee was broken before', () => {
  const run = new RunScript().append('a1', 'a').append('a2', 'a').append('b1', 'b').grant('m1', 1).handle('m1', 'a1');
  run.lose('m1', 1).call('m1', 'a2');
  run.call('m2', 'b1');
  const said = verdict(run);
  expect(said).toContain('one at a time per key: broken twice');
  expect(said).toContain('m2 called b1 (orders-0@2) without holding the partition:');
  expect(said).not.toContain('m1 called a2');
});

test('a guarantee that was kept says so', () => {
  const judge = new Judge({ atMost, apiHonoursKeys: true });
  expect(judge.guarantees.map(describeGuarantee)).toContain('order per key: kept');
});

test('every guarantee has a name of its own and a definition in one sentence', () => {
  const { guarantees } = new Judge({ atMost, apiHonoursKeys: true });
  expect(new Set(guarantees.map(({ name }) => name)).size).toBe(8);
  for (const { definition } of guarantees) expect(definition).toMatch(/^[A-Z][^.]+\.$/);
});

test('events survive a trip through JSON', () => {
  const run = eventfulRun();
  const events = JSON.parse(JSON.stringify(run.events)) as typeof run.events;
  const judge = new Judge({ atMost, apiHonoursKeys: true });
  for (const event of events) judge.watch(event);
  expect(judge.broken).toEqual([]);
});

test.each<[string, RunScript]>([
  ['record x was never appended', new RunScript().remove('x')],
  ['call 7 was never started', new RunScript().end(7, 'failed')],
  ['two records have the id x', new RunScript().append('x', null).append('x', null)],
  [
    'y was appended at 3, after x (orders-0@3)',
    new RunScript().append('x', null, { offset: 3 }).append('y', null, { offset: 3 }),
  ],
  ['m1 lost a lease of epoch 2 that it was never granted', new RunScript().grant('m1', 1).lose('m1', 2)],
])('a stream that contradicts itself is refused: %s', (what, run) => {
  expect(() => verdict(run)).toThrow(`the run's events contradict each other: ${what}`);
});

test('events read as a story', () => {
  const run = eventfulRun().startLog().setOffsets(undefined).stall('m3').remove('late');
  expect(run.events.map(describeEvent).join('\n')).toMatchInlineSnapshot(`
    "     0.000 s  a1 appended at orders-0@0, key a
         0.010 s  b1 appended at orders-0@1, key b
         0.020 s  a2 appended at orders-0@2, key a
         0.030 s  b2 appended at orders-0@3, key b
         0.040 s  lone appended at orders-0@4, no key
         0.050 s  c1 appended at orders-0@5, key c
         0.060 s  other appended at orders-0@6, key c, not subscribed
         0.070 s  late appended at orders-0@7, key d
         0.080 s  m1 joined the group
         0.090 s  m1 granted orders-0, epoch 1, committed: nothing
         0.100 s  m1 other skipped
         0.110 s  m1 holds 8 records, 800 bytes
         0.120 s  m1 call 1 of a1 started, attempt 1, key n:a1
         0.130 s  call 1 ended: failed
         0.140 s  m1 call 2 of a1 started, attempt 2, key n:a1
         0.150 s  m1 call 3 of b1 started, attempt 1, key n:b1
         0.160 s  call 2 took effect
         0.170 s  call 2 ended: accepted
         0.180 s  m1 a1 completed
         0.190 s  m1 call 4 of a2 started, attempt 1, key n:a2
         0.200 s  call 4 took effect
         0.210 s  call 4 ended: accepted
         0.220 s  m1 a2 completed
         0.230 s  m1 call 5 of lone started, attempt 1, key n:lone
         0.240 s  call 5 took effect
         0.250 s  call 5 ended: accepted
         0.260 s  m1 lone completed
         0.270 s  m1 late expired
         0.280 s  m1 call 6 of c1 started, attempt 1, key n:c1
         0.290 s  call 6 ended: failed
         0.300 s  c1 durable as a dead letter
         0.310 s  m1 c1 dead-lettered
         0.320 s  m1 committed orders-0: offset 1 and 2, 4-7
         0.330 s  m1 crashed
         0.340 s  m1 expired: session timeout
         0.350 s  m2 joined the group
         0.360 s  m2 granted orders-0, epoch 2, committed: offset 1 and 2, 4-7
         0.370 s  m2 a2 skipped
         0.380 s  m2 call 7 of b1 started, attempt 1, key n:b1
         0.390 s  call 3 took effect
         0.400 s  call 7 ended: accepted
         0.410 s  m2 b1 completed
         0.420 s  m2 committed orders-0: offset 3 and 4-7
         0.430 s  b3 appended at orders-0@8, key b
         0.440 s  a3 appended at orders-0@9, key a
         0.450 s  m2 call 8 of a3 started, attempt 1, key n:a3
         0.460 s  call 8 took effect
         0.470 s  call 8 ended: accepted
         0.480 s  m2 a3 completed
         0.490 s  m3 joined the group
         0.500 s  m2 call 9 of b2 started, attempt 1, key n:b2
         0.510 s  call 9 told to stop
         0.520 s  call 9 ended: cut-off
         0.530 s  m2 committed orders-0: offset 3 and 4-7, 9, owned by nobody
         0.540 s  m2 lost orders-0, epoch 2
         0.550 s  m3 granted orders-0, epoch 3, committed: offset 3 and 4-7, 9
         0.560 s  m3 call 10 of b2 started, attempt 1, key n:b2
         0.570 s  call 10 took effect
         0.580 s  call 10 ended: accepted
         0.590 s  m3 b2 completed
         0.600 s  m3 call 11 of b3 started, attempt 1, key n:b3
         0.610 s  call 11 took effect
         0.620 s  call 11 ended: accepted
         0.630 s  m3 b3 completed
         0.640 s  m3 committed orders-0: offset 10
         0.650 s  m3 stopped
         0.660 s  all faults over, everything had its time
         0.670 s  orders-0 made anew
         0.680 s  orders-0 set by somebody else: nothing
         0.690 s  m3 stands still
         0.700 s  late removed: compacted"
  `);
});
