import { defineConfig } from 'vitest/config';

/** `vitest [folder]`: the tests that need nothing. With a broker and whole systems: `npm test`, vitest.all.config.ts. */
export default defineConfig({
  test: {
    name: 'unit',
    include: ['{apps,libs,tools,e2e,benchmarks}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.int.test.ts', '**/*.e2e.test.ts', '**/*.container.test.ts'],
    expect: { requireAssertions: true },
    restoreMocks: true,
    testTimeout: 10_000,
    unstubEnvs: true,
  },
});
