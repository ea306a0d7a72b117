import { readFile, stat } from 'node:fs/promises';

/** The last lines of a log, from byte `from` on, indented to stand below an error's first line; empty where there is nothing. */
export async function logTail(file: string, from = 0, lines = 15): Promise<string> {
  const text = await readFile(file).then(
    (content) => content.subarray(from).toString('utf8'),
    () => '',
  );
  const last = text.split('\n').filter(Boolean).slice(-lines);
  return last.map((line) => `\n  | ${line}`).join('');
}

/** Bytes in the file; 0 where it is missing. */
export function sizeBytes(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
