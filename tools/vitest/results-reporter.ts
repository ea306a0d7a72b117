import { writeFile } from 'node:fs/promises';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';

/**
 * Writes what a run came to into the file named by TEST_RESULTS: `{ passed, failed, skipped: [{ name, reason }] }`. A file
 * that cannot be loaded, a hook that fails and an error outside any test count as one failure each.
 */
export default class ResultsReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): Promise<void> {
    const file = process.env['TEST_RESULTS'];
    if (file === undefined) return;
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    const results = {
      passed: inState('passed').length,
      failed: inState('failed').length + inState('pending').length + brokenSuites(modules) + unhandledErrors.length,
      skipped: inState('skipped').map((test) => ({ name: nameOf(test), reason: reasonOf(test) })),
    };
    await writeFile(file, JSON.stringify(results));
  }
}

/** Modules and suites with errors of their own; a module that failed through its tests alone has none. */
function brokenSuites(modules: readonly TestModule[]): number {
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  return suites.filter((suite) => suite.errors().length > 0).length;
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  return isBroken(test.parent) ? 'not run, as a hook before it failed' : 'no reason given';
}

function isBroken(suite: TestSuite | TestModule): boolean {
  return suite.errors().length > 0 || (suite.type === 'suite' && isBroken(suite.parent));
}
