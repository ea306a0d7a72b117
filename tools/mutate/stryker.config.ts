import type { PartialStrykerOptions } from '@stryker-mutator/api/core';

/**
 * Changes one thing after the other in what decides which records count as done, and sees whether a test notices. What
 * survives, and why that is no gap in the tests, is in survivors.md beside this file.
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'tools/mutate/vitest.config.ts', related: false },
  mutate: [
    'libs/messaging/src/offsets/checksum.ts',
    'libs/messaging/src/offsets/decode-ranges.ts',
    'libs/messaging/src/offsets/encode-ranges.ts',
    'libs/messaging/src/offsets/fingerprint.ts',
    'libs/messaging/src/offsets/inherited-ranges.ts',
    'libs/messaging/src/engine/lease-work.ts',
    'libs/messaging/src/offsets/map-gauge.ts',
    'libs/messaging/src/offsets/offset-map.ts',
    'libs/messaging/src/offsets/offset-stretch.ts',
    'libs/messaging/src/offsets/offset-tracker.ts',
    'libs/messaging/src/offsets/unfinished-list.ts',
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
