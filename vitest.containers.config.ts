import { defineConfig } from 'vitest/config';
import unit from './vitest.config.ts';

const minuteMs = 60_000;

/**
 * Tests of the containers, on a real Docker engine: `npm run test:containers`, which names their project and removes it. They
 * are no part of `npm test`, which needs no engine, and go through the life of one deployment in order.
 */
export default defineConfig({
  test: {
    ...unit.test,
    name: 'containers',
    include: ['e2e/containers/*.container.test.ts'],
    exclude: ['**/node_modules/**'],
    bail: 1,
    testTimeout: 10 * minuteMs,
    hookTimeout: minuteMs,
  },
});
