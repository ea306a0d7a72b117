import { defineConfig } from 'vitest/config';
import unit from './vitest.config.ts';

const minuteMs = 60_000;

/** Every test, in groups that run one after the other: unit, then those on a real Kafka, then whole systems. */
export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      { test: { ...unit.test, sequence: { groupOrder: 0 } } },
      {
        test: {
          ...unit.test,
          name: 'int',
          include: ['{apps,libs,tools}/**/*.int.test.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['./tools/vitest/start-kafka.ts', './tools/vitest/start-postgres.ts'],
          setupFiles: ['./tools/vitest/provide-kafka.ts', './tools/vitest/provide-postgres.ts'],
          // kafkajs computes negative delays, of which Node 24 warns
          execArgv: ['--disable-warning=TimeoutNegativeWarning'],
          testTimeout: minuteMs,
          hookTimeout: minuteMs,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...unit.test,
          name: 'e2e',
          include: ['e2e/**/*.e2e.test.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: './tools/vitest/start-jaeger.ts',
          setupFiles: './tools/vitest/provide-jaeger.ts',
          fileParallelism: false,
          testTimeout: 5 * minuteMs,
          hookTimeout: 5 * minuteMs,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
