import { quantile } from './quantile.ts';

/** One line of figures: durations in ms under a label. */
export interface Row {
  readonly label: string;
  readonly valuesMs: readonly number[];
}

const columns = ['p50', 'p99', 'max', 'count'];

/** Prints p50, p99 and maximum in ms of each row, and of how many values. */
export function printTable(rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ label }) => label.length));
  console.log(`${' '.repeat(width)}  ${columns.map((column) => column.padStart(10)).join('')}`);
  for (const { label, valuesMs } of rows) {
    const times = [0.5, 0.99, 1].map((q) => `${quantile(valuesMs, q).toFixed(0)} ms`);
    console.log(
      `${label.padEnd(width)}  ${[...times, `${valuesMs.length}`].map((cell) => cell.padStart(10)).join('')}`,
    );
  }
}
