import { join } from 'node:path';
import type { Counts } from '../checks/counts.ts';
import { runTool } from '../checks/run-tool.ts';
import { root } from '../root.ts';
import { readReport } from './read-report.ts';

export interface TestServiceOptions {
  /** Of an environment that has schemathesis. */
  readonly python: string;
  /** The app; its document is `docs/openapi/<name>.yaml`. */
  readonly name: string;
  readonly url: string;
  /** The same requests for the same seed, where the service answers the same. */
  readonly seed: number;
  /** Per operation, in the phases that make requests up. */
  readonly maxExamples: number;
  /** For the report. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Holds a running service to its document: every operation, every check, every phase. The output is schemathesis' own;
 * what it is told beside the document is in schemathesis.toml.
 */
export async function testService(options: TestServiceOptions): Promise<Counts> {
  const { python, name, url, seed, maxExamples, folder, signal } = options;
  const report = join(folder, `${name}.json`);
  const args = {
    url,
    checks: 'all',
    phases: 'examples,coverage,fuzzing,stateful',
    'max-examples': maxExamples,
    seed,
    'generation-database': 'none',
    report: 'json',
    'report-json-path': report,
  };
  const flags = Object.entries(args).map(([flag, value]) => `--${flag}=${value}`);
  const env = {
    SCHEMATHESIS_HOOKS: join(root, 'tools', 'schemathesis', 'fresh_keys.py'),
    HYPOTHESIS_STORAGE_DIRECTORY: join(folder, 'hypothesis'),
  };
  const document = `docs/openapi/${name}.yaml`;
  await runTool(python, ['-m', 'schemathesis.cli', 'run', document, ...flags], { env, signal, output: 'terminal' });
  return readReport(report);
}
