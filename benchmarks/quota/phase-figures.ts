import { meanPerSecond } from '@millrace/http-client/testing';
import { quantile } from '../support/quantile.ts';
import type { Arrival } from './arrival.ts';

/** A part of a run, in ms by `machineMs`. */
export interface Phase {
  readonly label: string;
  /** When the change begins that makes it. */
  readonly fromMs: number;
  /** From when on it counts as settled. */
  readonly settledMs: number;
  readonly toMs: number;
  /** Of the machine's processors, the part that its host has taken meanwhile; undefined where that is not known. */
  readonly stolen: number | undefined;
}

export interface PhaseFigures {
  /** The most that arrived, and that were made, in any second that ends in the phase. */
  readonly mostArrived: number;
  readonly mostMade: number;
  /** Calls per second that arrived while it was settled, and in all of it. */
  readonly settledPerSecond: number;
  readonly perSecond: number;
  /** Of those that arrived, the part that was refused. */
  readonly refused: number;
  /** From its being made to its arrival, of a call in a thousand and of the last one. */
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** What became of a quota in a phase; `arrivals` of the whole run, as they came. */
export function phaseFigures(arrivals: readonly Arrival[], { fromMs, settledMs, toMs }: Phase): PhaseFigures {
  const arrived = arrivals.map(({ atMs }) => atMs);
  const made = arrivals.map(({ sentMs }) => sentMs).toSorted((one, other) => one - other);
  const own = arrivals.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  const delays = own.map(({ atMs, sentMs }) => atMs - sentMs);
  return {
    mostArrived: mostEndingIn(arrived, fromMs, toMs),
    mostMade: mostEndingIn(made, fromMs, toMs),
    settledPerSecond: meanPerSecond(arrived, settledMs, toMs),
    perSecond: meanPerSecond(arrived, fromMs, toMs),
    refused: own.filter(({ refused }) => refused).length / own.length,
    p999Ms: quantile(delays, 0.999),
    maxMs: quantile(delays, 1),
  };
}

/** The most in any second that ends between two marks, wherever it begins; `marks` rise. */
export function mostEndingIn(marks: readonly number[], fromMs: number, toMs: number): number {
  let [most, first] = [0, 0];
  for (const [index, mark] of marks.entries()) {
    while ((marks[first] ?? 0) <= mark - 1_000) first++;
    if (mark >= fromMs && mark < toMs) most = Math.max(most, index - first + 1);
  }
  return most;
}

/** How long after `fromMs` it is that no second beginning then or later holds more than `most`. */
export function keptAfterMs(marks: readonly number[], most: number, fromMs: number): number {
  let [keptFromMs, first] = [fromMs, 0];
  for (const [index, mark] of marks.entries()) {
    while ((marks[first] ?? 0) <= mark - 1_000) first++;
    // With what is left of this second when it begins later, there are no more than `most` in it.
    if (index - first + 1 > most) keptFromMs = Math.max(keptFromMs, marks[index - most] ?? mark);
  }
  return keptFromMs - fromMs;
}
