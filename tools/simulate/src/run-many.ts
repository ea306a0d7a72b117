import { addFacts, noFacts, type SeedReport } from '@millrace/testing/simulator';
import { type Counts, describeCounts } from '@millrace/launcher';
import { factsTable } from './facts-table.ts';
import { runSeeds } from './run-seeds.ts';
import type { SimulateOptions } from './simulate-options.ts';

/** Violations after which no further seeds are begun: one bug violates many. */
const enough = 3;

/** Runs the seeds and prints what they contained; a violation is printed as soon as it is found. */
export async function runMany({ onProgress, print, ...options }: SimulateOptions): Promise<Counts> {
  const startedMs = performance.now();
  const facts = noFacts();
  const counts = { passed: 0, failed: 0, skipped: [] };
  const what = `Seeds ${options.from} to ${options.from + options.seeds - 1}`;
  const onReport = (report: SeedReport) => {
    addFacts(facts, report.facts);
    counts[report.violation ? 'failed' : 'passed']++;
    for (const text of textsOf(report)) print(text);
    onProgress({ state: 'waiting', what, detail: bar(counts.passed + counts.failed, options.seeds) });
    return counts.failed >= enough ? 'stop' : 'go on';
  };
  onProgress({ state: 'waiting', what, detail: bar(0, options.seeds) });
  await runSeeds({ ...options, bug: undefined, shrink: true, onReport });
  const seconds = (performance.now() - startedMs) / 1000;
  onProgress({ state: counts.failed > 0 ? 'failed' : 'done', what });
  print(factsTable(facts, counts.passed + counts.failed, seconds));
  print(describeCounts(counts));
  return counts;
}

function textsOf({ seed, trace, violation }: SeedReport): readonly string[] {
  const again = `All of it, as it was before it was made smaller: npm run simulate -- --seeds 1 --from ${seed} --trace`;
  return [
    ...(trace === undefined ? [] : [`Seed ${seed}\n${trace}\n`]),
    ...(violation === undefined ? [] : [`${violation.text}\n\n${again}\n`]),
  ];
}

function bar(done: number, of: number): string {
  const width = 20;
  const full = Math.floor((done / of) * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${done} of ${of}`;
}
