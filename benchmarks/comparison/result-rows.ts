import { fastest, medianOf, orderOf, type Result, type Turn } from './figures.ts';

/** The heads of what {@link resultRows} gives. */
export const resultColumns = [
  '',
  'calls/s',
  'of bound',
  'of raw',
  'of Parallel Consumer',
  'CPU µs/call',
  'peak MB',
  'in flight',
  'order',
];

/** What both of them are called; the faster one is what others are compared with. */
const parallelConsumers = ['parallel-consumer-core', 'parallel-consumer-vertx'];

/** A line per peer: medians over its turns, and their ratios to what was measured beside them. */
export function resultRows(
  results: readonly Result[],
  boundPerSecond: (order: Result['order']) => number,
): readonly (readonly string[])[] {
  const raw = fastest(results, ['raw']);
  const parallelConsumer = fastest(results, parallelConsumers);
  return results.map(({ peer, order, turns }) => {
    if (turns.length === 0) return [peer, 'missing', '', '', '', '', '', '', ''];
    const median = (of: (turn: Turn) => number | undefined) => medianOf(turns, of);
    const rate = median(({ perSecond }) => perSecond);
    const remarks = new Set(turns.flatMap(({ remark }) => remark ?? []));
    return [
      peer,
      whole(rate),
      ratio(rate, boundPerSecond(order)),
      ratio(rate, raw),
      ratio(rate, parallelConsumer),
      whole(median(({ cpuMicrosPerCall }) => cpuMicrosPerCall)),
      whole(megabytes(median(({ peakRssBytes }) => peakRssBytes))),
      whole(median(({ peakInFlight }) => peakInFlight)),
      [order === 'none' ? `not meant; ${orderOf(turns)}` : orderOf(turns), ...remarks].join('; '),
    ];
  });
}

/** Why peers are not in the table, or not with all their turns: a sentence each. */
export function missingPeers(results: readonly Result[]): readonly string[] {
  return results.flatMap(({ peer, missing, turns }) => {
    if (missing === undefined) return [];
    return [`${peer} ${turns.length === 0 ? 'is missing' : `had ${turns.length} turns only`}: ${shortened(missing)}`];
  });
}

/** The first line, and the last one, where a process has written why it ended. */
function shortened(reason: string): string {
  const lines = reason.split('\n');
  const last = lines.length > 1 ? ` … ${lines.at(-1)}` : '';
  return `${lines[0]}${last}`.slice(0, mostLetters);
}

const mostLetters = 300;

/** `12,345`, and a dash for what is not known. */
export function whole(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en');
}

function ratio(value: number | undefined, of: number | undefined): string {
  return value === undefined || of === undefined ? '–' : (value / of).toFixed(2);
}

function megabytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 2 ** 20;
}
