import { expect, it } from 'vitest';
import { checkSeed } from './check-seed.ts';
import { scenarioOf } from './scenario-of.ts';

it('makes the same scenario of a seed each time, and another of another', () => {
  expect(scenarioOf(7)).toEqual(scenarioOf(7));
  expect(scenarioOf(7)).not.toEqual(scenarioOf(8));
});

it('makes many kinds of scenarios: each fault, each order, small ones and large ones', () => {
  const scenarios = Array.from({ length: 400 }, (_, index) => scenarioOf(index + 1));
  const kinds = new Set(scenarios.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  expect(kinds.size).toBe(19);
  expect(new Set(scenarios.map(({ consumer }) => consumer.order)).size).toBe(4);
  expect(scenarios.filter(({ load }) => load.records >= 500).length).toBeGreaterThan(2);
  expect(scenarios.filter(({ load }) => load.records <= 90).length).toBeGreaterThan(350);
  const partitions = scenarios.flatMap(({ topics }) => topics.map((topic) => topic.partitions));
  expect([Math.min(...partitions), Math.max(...partitions)]).toEqual([1, 8]);
});

it('tells what a run contained, and all of it where it is asked to', async () => {
  const report = await checkSeed(1, { shrink: false, trace: true });
  expect(report.violation).toBeUndefined();
  expect(report.facts.records).toBeGreaterThan(0);
  expect(report.trace).toContain('all faults over, everything had its time');
  expect((await checkSeed(1, { shrink: false, trace: false })).trace).toBeUndefined();
});
