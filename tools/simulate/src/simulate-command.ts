import { availableParallelism } from 'node:os';
import { countedRun, LaunchError } from '@millrace/launcher';
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
  return countedRun((ports) => {
    const options = { ...chosen, ...ports, workers: availableParallelism() };
    return chosen.planted ? findPlanted(options) : runMany(options);
  });
}

function parsed(args: readonly string[]): SimulateArguments | string {
  try {
    return parseSimulateArguments(args);
  } catch (error) {
    if (error instanceof LaunchError) return error.message;
    throw error;
  }
}
