import { readFile } from 'node:fs/promises';

/** What the machine's processors have done since it started, in ticks. */
export interface ProcessorTime {
  readonly all: number;
  /** Taken by the host of a virtual machine for others, while something here wanted to run. */
  readonly stolen: number;
}

/** Undefined where there is no /proc. */
export async function processorTime(): Promise<ProcessorTime | undefined> {
  try {
    return processorTimeOf(await readFile('/proc/stat', 'utf8'));
  } catch {
    return undefined;
  }
}

/** The first line of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal; what follows is in these, too. */
export function processorTimeOf(stat: string): ProcessorTime {
  const ticks = (stat.split('\n', 1)[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, each) => sum + each, 0), stolen: ticks[7] ?? 0 };
}

/** The part that was stolen between two looks. */
export function stolenPart(from: ProcessorTime | undefined, to: ProcessorTime | undefined): number | undefined {
  return from && to && to.all > from.all ? (to.stolen - from.stolen) / (to.all - from.all) : undefined;
}
