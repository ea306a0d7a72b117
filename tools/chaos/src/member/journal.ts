import { openSync, writeSync } from 'node:fs';
import { machineMs } from '../machine-ms.ts';

/** A file of JSON lines, each of them with the time when it was told. What was told is there, also after kill -9. */
export function openJournal(file: string): (entry: object) => void {
  const descriptor = openSync(file, 'a');
  return (entry) => void writeSync(descriptor, `${JSON.stringify({ ...entry, atMs: machineMs() })}\n`);
}
