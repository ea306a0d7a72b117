/** Prints a line per row: its label, then its cells, each under its column. */
export function printColumns(
  columns: readonly string[],
  rows: readonly { readonly label: string; readonly cells: readonly string[] }[],
): void {
  const labelWidth = Math.max(...rows.map(({ label }) => label.length));
  const widths = columns.map((column, index) =>
    Math.max(10, column.length + 2, ...rows.map(({ cells }) => (cells[index]?.length ?? 0) + 2)),
  );
  const line = (label: string, cells: readonly string[]) =>
    `${label.padEnd(labelWidth)}  ${cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join('')}`;
  console.log(line('', columns));
  for (const { label, cells } of rows) console.log(line(label, cells));
}
