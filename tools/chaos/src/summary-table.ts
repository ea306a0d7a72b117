import type { HonestCount } from './judging/honest-count.ts';
import type { ScenarioResult } from './run-scenario.ts';

interface Column {
  readonly name: string;
  readonly of: (count: HonestCount) => number;
  readonly meaning?: string;
}

const columns: readonly Column[] = [
  { name: 'events', of: ({ events }) => events },
  {
    name: 'twice',
    of: ({ writtenTwice }) => writtenTwice,
    meaning: 'records that their writer had written already, when it or a broker went before that could be said',
  },
  { name: 'calls', of: ({ calls }) => calls },
  { name: 'lost', of: ({ lost }) => lost.length, meaning: 'acknowledged, and neither an effect nor a dead letter: 0' },
  {
    name: 'double',
    of: ({ doubleEffects }) => doubleEffects,
    meaning: 'effects beyond the first: 0, but for an API that ignores keys, where those made again are it',
  },
  {
    name: 'order',
    of: ({ outOfOrder }) => outOfOrder.length,
    meaning: 'first effects after a later one of the key: 0',
  },
  {
    name: 'overlap',
    of: ({ overlaps }) => overlaps.length,
    meaning: 'events with two calls at the API at once, of members that lived and waited: 0',
  },
  {
    name: 'late',
    of: ({ afterLease }) => afterLease.length,
    meaning: 'calls begun after their lease was over: one per stop at most',
  },
  {
    name: 'after 200',
    of: ({ againAfter200 }) => againAfter200.length,
    meaning: 'calls made again after their 200, by who had it or was given the partition in order: 0',
  },
  { name: 'retries', of: ({ retries }) => retries, meaning: 'calls made again because the one before had failed' },
  {
    name: 'in flight',
    of: ({ againInFlight }) => againInFlight,
    meaning: 'calls made again that a kill or a loss cut off',
  },
  {
    name: 'uncommitted',
    of: ({ againUncommitted }) => againUncommitted.length,
    meaning: 'calls made again that had their 200, and not been committed when their member was killed or cut off',
  },
  { name: 'bound', of: ({ bound }) => bound, meaning: 'how many those two may be in all: what was open then' },
  {
    name: 'oldest ms',
    of: ({ oldestUncommittedMs }) => Math.round(oldestUncommittedMs),
    meaning: 'the longest that such a 200 had waited for its commit',
  },
];

/** One line per scenario, and what the columns mean. */
export function summaryTable(results: readonly ScenarioResult[]): string {
  const head = ['', 'scenario', 's', ...columns.map(({ name }) => name), ''];
  const rows = [head, ...results.map(rowOf)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isText = (column: number): boolean => column === 1 || column === head.length - 1;
  const padded = (cell: string, column: number): string =>
    isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const meanings = columns.flatMap(({ name, meaning }) => (meaning ? [`${name.padEnd(11)}  ${meaning}`] : []));
  return [...rows.map((row) => row.map(padded).join('  ').trimEnd()), '', ...meanings].join('\n');
}

function rowOf({ name, ok, seconds, count, figures }: ScenarioResult): readonly string[] {
  const cells = columns.map(({ of }) => (count ? String(of(count)) : '–'));
  return [ok ? '✓' : '✗', name, seconds.toFixed(0), ...cells, figures.join(', ')];
}
