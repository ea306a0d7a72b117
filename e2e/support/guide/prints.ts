import { stripVTControlCharacters } from 'node:util';

/** The first of the lines shown that is not among those printed, in order; undefined where all are. */
export function missingFrom(printed: string, shows: readonly string[]): string | undefined {
  const lines = stripVTControlCharacters(printed).split('\n');
  let next = 0;
  for (const line of shows) {
    const found = lines.findIndex((each, index) => index >= next && pattern(line).test(each.trim()));
    if (found === -1) return line;
    next = found + 1;
  }
  return undefined;
}

function pattern(line: string): RegExp {
  const parts = line
    .trim()
    .split('…')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
