import { readFile } from 'node:fs/promises';
import type { Counts } from '../checks/counts.ts';

/** What of schemathesis' JSON report is counted. */
interface Report {
  readonly exit_code: number;
  readonly operations: { readonly selected: number; readonly tested: number };
  readonly failures: readonly { readonly operations: readonly string[] }[];
}

/** Counts operations. One that was not tested has failed; so has a run without a report, or that failed for another reason. */
export async function readReport(file: string): Promise<Counts> {
  const report = await read(file);
  if (!report) return { passed: 0, failed: 1, skipped: [] };
  const { selected, tested } = report.operations;
  const wrong = new Set(report.failures.flatMap(({ operations }) => operations)).size;
  const failed = wrong + selected - tested;
  return { passed: Math.max(0, tested - wrong), failed: failed || Number(report.exit_code !== 0), skipped: [] };
}

async function read(file: string): Promise<Report | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}
