import { defineConfig } from 'vitest/config';

/** The tests that say what each of the mutated files has to do; other tests that happen to use them do not count. */
export default defineConfig({
  test: {
    include: ['libs/messaging/src/offsets/*.test.ts', 'libs/messaging/src/engine/lease-work.test.ts'],
    expect: { requireAssertions: true },
    testTimeout: 60_000,
  },
});
