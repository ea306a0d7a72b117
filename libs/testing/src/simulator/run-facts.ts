import type { KafkaError } from '../in-memory-broker/answer.ts';
import type { SentRequest } from '../in-memory-broker/network.ts';
import { finishedIn } from '../guarantees/finished.ts';
import type { RunEvent } from '../guarantees/run-event.ts';

/** What a run contained, by name: a world in which nothing happens finds nothing. */
export interface RunFacts {
  records: number;
  calls: number;
  effects: number;
  'failed calls': number;
  'calls cut off': number;
  'dead letters': number;
  grants: number;
  rebalances: number;
  crashes: number;
  stops: number;
  expiries: number;
  'stand-stills': number;
  commits: number;
  'commits failed': number;
  'maps inherited': number;
  'logs made anew': number;
  'offsets set': number;
  'records removed': number;
  'virtual seconds': number;
}

/** Nothing at all. */
export const noFacts = (): RunFacts => ({
  records: 0,
  calls: 0,
  effects: 0,
  'failed calls': 0,
  'calls cut off': 0,
  'dead letters': 0,
  grants: 0,
  rebalances: 0,
  crashes: 0,
  stops: 0,
  expiries: 0,
  'stand-stills': 0,
  commits: 0,
  'commits failed': 0,
  'maps inherited': 0,
  'logs made anew': 0,
  'offsets set': 0,
  'records removed': 0,
  'virtual seconds': 0,
});

/** Facts that are one event of a kind each. */
const factOf: { readonly [Kind in RunEvent['kind']]?: keyof RunFacts } = {
  appended: 'records',
  'call-started': 'calls',
  effect: 'effects',
  letter: 'dead letters',
  granted: 'grants',
  crashed: 'crashes',
  stopped: 'stops',
  expired: 'expiries',
  stalled: 'stand-stills',
  committed: 'commits',
  'log-started': 'logs made anew',
  'offsets-set': 'offsets set',
  removed: 'records removed',
};

/** Counts what happens. */
export class FactCounter {
  readonly facts = noFacts();

  watch(event: RunEvent): void {
    const fact = factOf[event.kind];
    if (fact) this.facts[fact]++;
    if (event.kind === 'call-ended' && event.result === 'failed') this.facts['failed calls']++;
    if (event.kind === 'call-ended' && event.result === 'cut-off') this.facts['calls cut off']++;
    if (event.kind === 'granted' && finishedIn(event.committed).beyond.length > 0) this.facts['maps inherited']++;
  }

  /** The coordinator's answer to a request. */
  answered({ api }: SentRequest, answer: KafkaError | 'value' | 'lost'): void {
    if (api === 'sync' && answer === 'value') this.facts.rebalances++;
    if (api === 'commit' && answer !== 'value') this.facts['commits failed']++;
  }
}

/** Adds `more` to `sum`. */
export function addFacts(sum: RunFacts, more: RunFacts): void {
  for (const name of Object.keys(sum) as (keyof RunFacts)[]) sum[name] += more[name];
}
