import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Counts } from './counts.ts';
import { runTool, type ToolOptions, type ToolResult } from './run-tool.ts';

/**
 * Runs vitest and counts from what its reporter wrote, not from what it printed. A run that ends badly without a failed
 * test (a crash, a broker that did not start) counts as one failure.
 */
export async function runTests(args: readonly string[], options: ToolOptions): Promise<ToolResult & Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-results-'));
  const file = join(folder, 'results.json');
  const reporters = ['--reporter=default', '--reporter=./tools/vitest/results-reporter.ts'];
  try {
    const result = await runTool('vitest', ['run', ...reporters, ...args], {
      ...options,
      env: { ...options.env, TEST_RESULTS: file },
    });
    return { ...result, ...withCrash(await readCounts(file), result) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readCounts(file: string): Promise<Counts> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Counts;
  } catch {
    return { passed: 0, failed: 0, skipped: [] };
  }
}

const withCrash = (counts: Counts, { ok }: ToolResult): Counts =>
  ok || counts.failed > 0 ? counts : { ...counts, failed: 1 };
