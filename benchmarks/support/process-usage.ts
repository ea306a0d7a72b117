import { readFile } from 'node:fs/promises';

/** What a process has cost until now. */
export interface ProcessUsage {
  /** Of all its threads, user and system, in ms. */
  readonly cpuMs: number;
  /** The most memory it ever had, in bytes. */
  readonly peakRssBytes: number;
}

/** Of a clock tick in /proc: USER_HZ, which is 100 on every Linux. */
const tickMs = 10;

/** Undefined where there is no /proc, or no such process any more. */
export async function processUsage(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const [stat, status] = await Promise.all([read(pid, 'stat'), read(pid, 'status')]);
    return { cpuMs: cpuMsOf(stat), peakRssBytes: peakRssBytesOf(status) };
  } catch {
    return undefined;
  }
}

function read(pid: number, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8');
}

/** Fields 14 and 15 of proc_pid_stat(5); the second one, the name, may hold blanks and parentheses. */
export function cpuMsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** `VmHWM:     12345 kB` of proc_pid_status(5). */
export function peakRssBytesOf(status: string): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1_024;
}
