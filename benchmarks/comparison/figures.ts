import { quantile } from '../support/quantile.ts';

/** What one turn of a peer showed. */
export interface Turn {
  readonly perSecond: number;
  /** Of all the peer's threads, in microseconds; undefined where the system does not tell. */
  readonly cpuMicrosPerCall: number | undefined;
  /** From the start of its process on. */
  readonly peakRssBytes: number | undefined;
  readonly peakInFlight: number;
  readonly outOfOrder: number;
  readonly overlaps: number;
  readonly repeated: number;
  readonly refused: number;
  /** Of the stub, in microseconds a call. */
  readonly stubMicrosPerCall: number | undefined;
  /** What kept the figures from being what they should be. */
  readonly remark?: string | undefined;
}

/** One peer under one scenario: what its turns showed, or why there is none. */
export interface Result {
  readonly peer: string;
  readonly order: 'key' | 'partition' | 'none';
  readonly turns: readonly Turn[];
  readonly missing?: string | undefined;
}

/** The middle of the turns' values; undefined where there is none. */
export function medianOf(turns: readonly Turn[], of: (turn: Turn) => number | undefined): number | undefined {
  const values = turns.map(of).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : quantile(values, 0.5);
}

/** The highest of the named peers' medians of calls per second. */
export function fastest(results: readonly Result[], peers: readonly string[]): number | undefined {
  const rates = results
    .filter(({ peer }) => peers.includes(peer))
    .map(({ turns }) => medianOf(turns, ({ perSecond }) => perSecond))
    .filter((rate) => rate !== undefined);
  return rates.length === 0 ? undefined : Math.max(...rates);
}

/** What tells of the order of calls. */
export type OrderFigures = Pick<Turn, 'outOfOrder' | 'overlaps' | 'repeated' | 'refused'>;

/** What is wrong with the order of a peer's calls, over all its turns; `kept` where nothing is. */
export function orderOf(turns: readonly OrderFigures[]): string {
  const sum = (of: (turn: OrderFigures) => number) => turns.reduce((all, turn) => all + of(turn), 0);
  const wrong = [
    [sum(({ outOfOrder }) => outOfOrder), 'out of order'],
    [sum(({ overlaps }) => overlaps), 'overlapped'],
    [sum(({ repeated }) => repeated), 'repeated'],
    [sum(({ refused }) => refused), 'refused'],
  ] as const;
  const found = wrong.filter(([count]) => count > 0).map(([count, what]) => `${count.toLocaleString('en')} ${what}`);
  return found.length === 0 ? 'kept' : found.join(', ');
}
