import { interruptible, Interruption } from '../interruptible.ts';
import { LaunchError } from '../launch-error.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import type { OnProgress } from '../progress.ts';
import { type Counts, reportCounts, single } from './counts.ts';

/** What a run is given. */
export interface RunPorts {
  /** Aborted by who interrupts it; what is running has to be stopped then. */
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Prints text beside the progress. */
  readonly print: (text: string) => void;
}

/**
 * Runs `work` on the terminal, and reports what it has counted. Resolves with the exit code: 0 where nothing failed, 1 where
 * something did or went wrong, that of the signal where one has ended it.
 */
export async function countedRun(work: (ports: RunPorts) => Promise<Counts>): Promise<number> {
  const signal = interruptible();
  const printer = createProgressPrinter();
  const print = (text: string): void => {
    printer.stop();
    console.log(text);
  };
  try {
    const counts = await work({ signal, onProgress: printer.onProgress, print });
    await reportCounts(counts);
    return counts.failed > 0 ? 1 : 0;
  } catch (error) {
    printer.stop();
    if (signal.reason instanceof Interruption) return signal.reason.exitCode;
    await reportCounts(single(false));
    console.error(error instanceof LaunchError ? error.message : error);
    return 1;
  } finally {
    printer.stop();
  }
}
