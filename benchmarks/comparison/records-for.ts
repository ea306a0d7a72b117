import { meanMs } from '../stub/latency.ts';
import type { Entry, Pace } from './run-scenario.ts';
import { rampMsOf, type Scenario } from './scenario.ts';

/** More than any single process has been seen to call. */
const mostPerSecond = 30_000;
/** Of stopping and starting. */
const marginMs = 1_000;
const mostOfAll = 0.8;
const least = 20_000;

/** How many records a topic needs for one turn of any peer, its warm-up included, under any scenario that reads it. */
export function recordsFor(
  scenario: Scenario,
  scenarios: readonly Scenario[],
  entries: readonly Entry[],
  { windowMs }: Pace,
): number {
  const warmUpMs = Math.max(0, ...entries.map(({ command }) => command?.warmUpMs ?? 0));
  const readers = scenarios.filter((each) => JSON.stringify(each.backlog) === JSON.stringify(scenario.backlog));
  const rates = readers.map(({ concurrency, latency }) =>
    Math.min(mostPerSecond, (concurrency * 1_000) / meanMs(latency)),
  );
  return (
    least + Math.ceil((Math.max(...rates) * (warmUpMs + rampMsOf(scenario) + windowMs + marginMs)) / 1_000 / mostOfAll)
  );
}
