import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** What was told in a journal, its times counted from `zeroMs` on. A last line that was cut off was never told. */
export async function readJournal<Entry extends { readonly atMs: number }>(
  file: string,
  zeroMs: number,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  if (!existsSync(file)) return entries;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (!line.endsWith('}')) continue;
    const entry = JSON.parse(line) as Entry;
    entries.push({ ...entry, atMs: entry.atMs - zeroMs });
  }
  return entries;
}
