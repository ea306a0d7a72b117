/** How long an API takes to answer. */
export interface Latency {
  /** In ms. */
  readonly median: number;
  /** `lognormal`: with sigma 0.7, so that one call in a hundred takes five times the median. */
  readonly spread: 'fixed' | 'lognormal';
  /** Of the network between, in ms: a call takes one more, and the first of a connection the ones that connecting takes. */
  readonly roundTrip: number;
}

const sigma = 0.7;

/** Draws one call's time at the API, in ms; `random` gives numbers from 0 to 1. */
export function drawMs({ median, spread }: Latency, random: () => number): number {
  return spread === 'fixed' ? median : median * Math.exp(sigma * normal(random));
}

/** The mean of many draws, in ms. */
export function meanMs({ median, spread, roundTrip }: Latency): number {
  return (spread === 'fixed' ? median : median * Math.exp(sigma ** 2 / 2)) + roundTrip;
}

/** https://en.wikipedia.org/wiki/Box-Muller_transform */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
