import type { SeedReport } from '@millrace/testing/simulator';
import { expect, it } from 'vitest';
import { runMany } from './run-many.ts';
import { runSeeds } from './run-seeds.ts';

const signal = new AbortController().signal;
const options = { workers: 2, from: 1, shrink: false, trace: false, signal };
/** Threads load the engine first. */
const patienceMs = 60_000;

async function violated(bug: string | undefined, seeds: number) {
  const reports: SeedReport[] = [];
  const onReport = (report: SeedReport) => {
    reports.push(report);
    return report.violation ? 'stop' : 'go on';
  };
  await runSeeds({ ...options, workers: 1, seeds, bug, onReport });
  return { seeds: reports.map(({ seed }) => seed), found: reports.find(({ violation }) => violation) };
}

it('runs each seed once, and finds in none of them what is not there', { timeout: patienceMs }, async () => {
  const { seeds, found } = await violated(undefined, 12);
  expect(seeds).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(found).toBeUndefined();
});

it('finds a bug that is planted, and says which guarantee it violates', { timeout: patienceMs }, async () => {
  const { found } = await violated('past-unfinished-work', 12);
  expect(found?.violation?.guarantees).toContain('at least once');
  expect(found?.violation?.text).toMatch(
    /Seed \d+ violates .*at least once[^]*Smallest scenario found:[^]*What happened in it:/,
  );
});

it('fails where there is no such bug to plant', { timeout: patienceMs }, async () => {
  await expect(violated('no-such-bug', 1)).rejects.toThrow('No planted bug is called no-such-bug');
});

it('prints what the runs contained, and counts them', { timeout: patienceMs }, async () => {
  const printed: string[] = [];
  const progress: (string | undefined)[] = [];
  const counts = await runMany({
    ...options,
    seeds: 3,
    onProgress: ({ detail }) => progress.push(detail),
    print: (text) => printed.push(text),
  });
  expect(counts).toEqual({ passed: 3, failed: 0, skipped: [] });
  expect(progress).toContain('██████░░░░░░░░░░░░░░ 1 of 3');
  expect(printed.at(-2)).toMatch(/^seeds +3\nseconds .*\nms per seed .*\nrecords +\d/);
  expect(printed.at(-1)).toBe('3 passed, 0 failed');
});
