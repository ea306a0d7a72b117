import type { PartialStrykerOptions } from '@stryker-mutator/api/core';

/**
 * Changes one thing after the other in what decides which records count as done, and sees whether a test notices. What
 * survives changes nothing that can be seen:
 *
 * - encode-ranges, `<` to `<=` in shortestForm: of two forms that are equally long it is the other one.
 * - offset-map, no `return undefined` in the catch of bytesOf: the function returns the same by ending there.
 * - offset-tracker, `<` to `<=` in #finishedFrom: the two are never equal, since one finished record lies between them.
 * - offset-tracker, `true` in #fingerprintOf: the same text, computed each time.
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'tools/mutate/vitest.config.ts', related: false },
  mutate: [
    'libs/messaging/src/offsets/*.ts',
    '!libs/messaging/src/offsets/*.{test,test-support}.ts',
    'libs/messaging/src/engine/lease-work.ts',
  ],
  ignorePatterns: ['apps', 'benchmarks', 'e2e', '.millrace', '.nx'],
  coverageAnalysis: 'perTest',
  timeoutMS: 3_000,
  tempDirName: '.millrace/mutate',
  reporters: ['clear-text', 'progress', 'json'],
  jsonReporter: { fileName: '.millrace/mutation-report.json' },
  clearTextReporter: { allowColor: false, reportTests: false, skipFull: true },
  thresholds: { high: 95, low: 90, break: 90 },
} satisfies PartialStrykerOptions;
