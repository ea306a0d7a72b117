import { plantedBugs } from '@millrace/testing/planted-bugs';
import { type Counts, describeCounts } from '@millrace/launcher';
import { runSeeds } from './run-seeds.ts';
import type { SimulateOptions } from './simulate-options.ts';

interface Found {
  readonly bug: string;
  readonly story: string;
  /** Undefined where no seed found it. */
  readonly seed: number | undefined;
  /** The guarantees that it violated. */
  readonly violated: string;
}

/** Looks for each planted bug, as many at a time as there are workers, and prints what found it. */
export async function findPlanted({ onProgress, print, workers, ...options }: SimulateOptions): Promise<Counts> {
  const queue = plantedBugs.values();
  const found: Found[] = [];
  const worker = async (): Promise<void> => {
    for (const { name, story } of queue) {
      onProgress({ state: 'waiting', what: name });
      const result = await findOne(name, options);
      found.push({ bug: name, story, ...result });
      const detail = result.seed === undefined ? `not found in ${options.seeds} seeds` : `seed ${result.seed}`;
      onProgress({ state: result.seed === undefined ? 'failed' : 'done', what: name, detail });
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  print(table(found));
  const failed = found.filter(({ seed }) => seed === undefined).length;
  const counts = { passed: found.length - failed, failed, skipped: [] };
  print(describeCounts(counts));
  return counts;
}

/** The first seed that finds it, and does not find anything without it. */
async function findOne(bug: string, options: Omit<SimulateOptions, 'onProgress' | 'print' | 'workers'>) {
  let seed: number | undefined;
  let violated = '';
  const one = { ...options, workers: 1, shrink: false, trace: false };
  await runSeeds({
    ...one,
    bug,
    onReport: (report) => {
      if (!report.violation || seed !== undefined) return 'go on';
      seed = report.seed;
      violated = report.violation.guarantees.join(', ');
      return 'stop';
    },
  });
  if (seed !== undefined) await requireClean(bug, { ...one, from: seed, seeds: 1 });
  return { seed, violated };
}

async function requireClean(bug: string, options: Omit<Parameters<typeof runSeeds>[0], 'bug' | 'onReport'>) {
  await runSeeds({
    ...options,
    bug: undefined,
    onReport: ({ violation, seed }) => {
      if (violation) throw new Error(`seed ${seed} violates a guarantee without ${bug}, too: it finds nothing planted`);
      return 'go on';
    },
  });
}

function table(found: readonly Found[]): string {
  const rows = found.map(({ bug, seed, violated, story }) => [bug, String(seed ?? '–'), violated, story]);
  const all = [['planted bug', 'seed', 'violated', 'what it did'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}
