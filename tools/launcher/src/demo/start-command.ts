import type { AppSpec } from '../app-spec.ts';
import type { Environment } from '../environment.ts';
import { interruptible, Interruption } from '../interruptible.ts';
import { LaunchError } from '../launch-error.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { tracked, type OnProgress } from '../progress.ts';
import { isComplete, shortcomings, summary } from './demo-result.ts';
import { report } from './report.ts';
import { runDemo } from './run-demo.ts';
import { parseStartArguments, usage, type StartArguments } from './start-arguments.ts';
import { startDemo, type Demo } from './start-demo.ts';

export interface StartCommandOptions {
  readonly args: readonly string[];
  readonly env: Environment;
  /** @default the worked example's */
  readonly apps?: readonly AppSpec[];
}

/** `npm start`: progress and errors on stderr, the report on stdout. Resolves with the exit code once nothing of ours runs any more. */
export async function startCommand(options: StartCommandOptions): Promise<number> {
  const signal = interruptible();
  const printer = createProgressPrinter();
  try {
    const args = parseStartArguments(options.args, options.env);
    if (!args.help) return await start(args, options, printer.onProgress, signal);
    console.log(usage);
    return 0;
  } catch (error) {
    printer.stop();
    if (error instanceof Interruption) return error.exitCode;
    console.error(error instanceof LaunchError ? error.message : error);
    return 1;
  } finally {
    printer.stop();
  }
}

async function start(
  args: StartArguments,
  options: StartCommandOptions,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<number> {
  const demo = await startDemo({ ...options, dataDir: args.dataDir, onProgress, signal });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= tracked(onProgress, 'Stopping everything', () => demo.stop()));
  try {
    return await (args.once ? showOnce(demo, stop, onProgress, signal) : showAndStay(demo, onProgress, signal));
  } finally {
    await stop();
  }
}

/** The system has stopped before the last line is printed, so that it is the last. */
async function showOnce(
  demo: Demo,
  stop: () => Promise<void>,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<number> {
  const result = await runDemo(demo.system, onProgress, signal);
  console.log(report(result, demo.system, demo.jaeger));
  for (const line of shortcomings(result)) console.error(line);
  await stop();
  console.log(summary(result));
  return isComplete(result) ? 0 : 1;
}

async function showAndStay(demo: Demo, onProgress: OnProgress, signal: AbortSignal): Promise<number> {
  const result = await runDemo(demo.system, onProgress, signal);
  console.log(report(result, demo.system, demo.jaeger));
  for (const line of shortcomings(result)) console.error(line);
  console.log(`Ctrl-C stops everything.\n\n${summary(result)}`);
  return stay(signal);
}

/** Resolves when a signal has asked for the end: what it was there for was shown, so a signal is no failure. */
async function stay(signal: AbortSignal): Promise<number> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  const { exitCode } = signal.reason as Interruption;
  return exitCode > 128 ? 0 : exitCode;
}
