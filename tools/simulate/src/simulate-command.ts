import { availableParallelism } from 'node:os';
import {
  createProgressPrinter,
  interruptible,
  Interruption,
  LaunchError,
  reportCounts,
  single,
} from '@millrace/launcher';
import { findPlanted } from './find-planted.ts';
import { runMany } from './run-many.ts';
import { parseSimulateArguments, type SimulateArguments, usage } from './simulate-arguments.ts';

/** Resolves with the exit code: 0 when no guarantee was violated, 1 when one was, 2 for options that make no sense. */
export async function simulateCommand(args: readonly string[]): Promise<number> {
  const chosen = parsed(args);
  if (typeof chosen === 'string') {
    console.error(chosen);
    return 2;
  }
  if (chosen.help) {
    console.log(usage);
    return 0;
  }
  const signal = interruptible();
  const printer = createProgressPrinter();
  const print = (text: string): void => {
    printer.stop();
    console.log(text);
  };
  try {
    const options = { ...chosen, workers: availableParallelism(), signal, onProgress: printer.onProgress, print };
    const counts = await (chosen.planted ? findPlanted(options) : runMany(options));
    await reportCounts(counts);
    return counts.failed > 0 ? 1 : 0;
  } catch (error) {
    printer.stop();
    if (error instanceof Interruption) return error.exitCode;
    await reportCounts(single(false));
    console.error(error);
    return 1;
  } finally {
    printer.stop();
  }
}

function parsed(args: readonly string[]): SimulateArguments | string {
  try {
    return parseSimulateArguments(args);
  } catch (error) {
    if (error instanceof LaunchError) return error.message;
    throw error;
  }
}
