import type { OnProgress } from '@millrace/launcher';
import type { SimulateArguments } from './simulate-arguments.ts';

/** What both ways of simulating are given. */
export interface SimulateOptions extends Pick<SimulateArguments, 'seeds' | 'from' | 'trace'> {
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Prints text beside the progress. */
  readonly print: (text: string) => void;
}
