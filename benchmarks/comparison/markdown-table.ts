/** A table of Markdown, its columns as wide as what is in them, as the formatter of this repository wants it. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]) => `| ${cells.map((cell, index) => pad(cell, index, widths)).join(' | ')} |`;
  const rule = widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(columns), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

function pad(cell: string, index: number, widths: readonly number[]): string {
  return index === 0 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!);
}
