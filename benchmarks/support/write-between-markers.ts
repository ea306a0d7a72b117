import { readFile, writeFile } from 'node:fs/promises';

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->` in a file of the repository's root. */
export async function writeBetweenMarkers(file: string, name: string, text: string): Promise<void> {
  const path = new URL(`../../${file}`, import.meta.url);
  await writeFile(path, replaceBetweenMarkers(await readFile(path, 'utf8'), name, text));
}

/** Throws where a marker is missing. */
export function replaceBetweenMarkers(whole: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [whole.indexOf(begin), whole.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`there is no ${begin} … ${end} to write between`);
  return `${whole.slice(0, from + begin.length)}\n\n${text}\n\n${whole.slice(to)}`;
}
