import type { RunPorts } from '@millrace/launcher';
import type { SimulateArguments } from './simulate-arguments.ts';

/** What both ways of simulating are given. */
export interface SimulateOptions extends RunPorts, Pick<SimulateArguments, 'seeds' | 'from' | 'trace'> {
  readonly workers: number;
}
