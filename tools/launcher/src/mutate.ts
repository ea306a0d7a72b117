import { abortOnSignals } from './checks/abort-on-signals.ts';
import { runTool } from './checks/run-tool.ts';

// npm run mutate: changes what decides which records count as done, and sees whether the tests notice. Its arguments are
// Stryker's: `npm run mutate -- --mutate libs/messaging/src/offsets/offset-tracker.ts`.
const { ok } = await runTool('stryker', ['run', 'tools/mutate/stryker.config.ts', ...process.argv.slice(2)], {
  signal: abortOnSignals(),
  output: 'terminal',
});
process.exitCode ||= ok ? 0 : 1;
