import type { Scenario } from './scenario.ts';

/** How long after its time a crash may wait for its moment. */
export const momentWithinMs = 5_000;

/** When all faults that the schedule can foresee are over, and all records are produced. */
export function faultsEndMs({ load, faults }: Scenario): number {
  const ends = faults.map((fault) => {
    const lastsMs = 'forMs' in fault ? fault.forMs : 'backAfterMs' in fault ? (fault.backAfterMs ?? 0) : 0;
    return fault.atMs + lastsMs + (fault.kind === 'crash' ? momentWithinMs : 0);
  });
  return Math.max(load.overMs, 2_000, ...ends) + 1_000;
}
