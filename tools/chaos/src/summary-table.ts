import type { HonestCount } from './judging/honest-count.ts';
import type { ScenarioResult } from './run-scenario.ts';

type Row = readonly string[];

const head: Row = [
  '',
  'scenario',
  's',
  'events',
  'calls',
  'lost',
  'double',
  'order',
  'overlap',
  'after 200',
  'again/bound',
  'retries',
  '',
];

/** One line per scenario, columns in line, with what the columns mean below. */
export function summaryTable(results: readonly ScenarioResult[]): string {
  const rows = [head, ...results.map(rowOf)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => padded(cell, column, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', ...meanings].join('\n');
}

const meanings = [
  'lost         acknowledged events with neither an effect nor a dead letter',
  'double       effects of an event beyond the first; with an API that ignores keys, a kill may cost some',
  'order        first effects of events after those of later ones of their key',
  'overlap      calls of one event at the API at the same time, both of them wanted',
  'after 200    calls made again after their 200, by a member that lived or had handed over its partition: to be 0',
  'again/bound  calls made again after a kill or a lost lease, of at most: in flight then, and done since the last commit',
  'retries      calls made again because the one before had failed',
];

function rowOf({ name, ok, seconds, count, figures }: ScenarioResult): Row {
  return [
    ok ? '✓' : '✗',
    name,
    seconds.toFixed(0),
    ...(count ? cellsOf(count) : head.slice(3, -1).map(() => '–')),
    figures.join(', '),
  ];
}

function cellsOf(count: HonestCount): Row {
  const again = count.againUncommitted.length + count.againInFlight;
  const { lost, doubleEffects, outOfOrder, overlaps, againAfter200 } = count;
  const numbers = [
    count.events,
    count.calls,
    lost.length,
    doubleEffects,
    outOfOrder.length,
    overlaps.length,
    againAfter200.length,
  ];
  return [...numbers.map(String), `${again}/${count.bound}`, String(count.retries)];
}

function padded(cell: string, column: number, width: number): string {
  return column === 1 || column === head.length - 1 ? cell.padEnd(width) : cell.padStart(width);
}
