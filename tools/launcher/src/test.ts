import { abortOnSignals } from './checks/abort-on-signals.ts';
import { describeCounts, reportCounts } from './checks/counts.ts';
import { runTests } from './checks/run-tests.ts';

// npm test: every test; its arguments are vitest's (`npm test -- libs/outbox`, `npm test -- --project int`).
const counts = await runTests(['--config', 'vitest.all.config.ts', ...process.argv.slice(2)], {
  signal: abortOnSignals(),
  output: 'terminal',
});
await reportCounts(counts);
console.log(describeCounts(counts));
process.exitCode ||= counts.failed > 0 ? 1 : 0;
