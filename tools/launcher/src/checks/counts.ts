import { writeFile } from 'node:fs/promises';

/** What some checks or tests came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly Skipped[];
}

/** A test that did not run, and why. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** One check that passed or failed as a whole. */
export const single = (ok: boolean): Counts => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: [] });

/** All of them together. */
export const total = (counts: readonly Counts[]): Counts => ({
  passed: sum(counts.map(({ passed }) => passed)),
  failed: sum(counts.map(({ failed }) => failed)),
  skipped: counts.flatMap(({ skipped }) => skipped),
});

/** `3 passed, 0 failed`, and `, 1 skipped` where there is one, with the skipped ones and their reasons above. */
export function describeCounts({ passed, failed, skipped }: Counts): string {
  const reasons = skipped.map(({ name, reason }) => `skipped: ${name} (${reason})\n`);
  return `${reasons.join('')}${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
}

/** Leaves the counts in the file named by RESULTS_FILE, where it is set, for a script that adds up several runs. */
export async function reportCounts(counts: Counts, environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const { passed, failed, skipped } = counts;
  const file = environment['RESULTS_FILE'];
  if (file !== undefined) await writeFile(file, JSON.stringify({ passed, failed, skipped }));
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
