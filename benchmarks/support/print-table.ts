import { printColumns } from './print-columns.ts';
import { quantile } from './quantile.ts';

/** One line of figures: durations in ms under a label. */
export interface Row {
  readonly label: string;
  readonly valuesMs: readonly number[];
}

/** Prints p50, p99 and maximum in ms of each row, and of how many values. */
export function printTable(rows: readonly Row[]): void {
  printColumns(
    ['p50', 'p99', 'max', 'count'],
    rows.map(({ label, valuesMs }) => {
      const times = [0.5, 0.99, 1].map((q) => `${quantile(valuesMs, q).toFixed(0)} ms`);
      return { label, cells: [...times, `${valuesMs.length}`] };
    }),
  );
}
