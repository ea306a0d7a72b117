import { judgeRun, type JudgedRun } from './judge-run.ts';
import type { RunFacts } from './run-facts.ts';
import type { Scenario } from './scenario.ts';
import { scenarioOf, smallestScenario } from './scenario-of.ts';
import { traceOf } from './trace-of.ts';

export interface CheckSeedOptions {
  /** Look for a smaller scenario that violates a guarantee, too. */
  readonly shrink: boolean;
  /** Tell all that happened, also where nothing is wrong. */
  readonly trace: boolean;
}

/** What came of one seed. Plain data. */
export interface SeedReport {
  readonly seed: number;
  readonly facts: RunFacts;
  /** Undefined where every guarantee was kept. */
  readonly violation?: SeedViolation;
  readonly trace?: string;
}

export interface SeedViolation {
  /** Names of the guarantees that were not kept. */
  readonly guarantees: readonly string[];
  /** What was promised, the smallest counterexample, and the scenario with its trace, for people to read. */
  readonly text: string;
}

/** Runs the scenario of a seed and holds it to every guarantee. */
export async function checkSeed(seed: number, { shrink, trace }: CheckSeedOptions): Promise<SeedReport> {
  const scenario = scenarioOf(seed);
  const run = await judgeRun(scenario, seed);
  const report = { seed, facts: run.facts, ...(trace && { trace: await traceOf(scenario, seed) }) };
  if (run.broken.length === 0) return report;
  const smallest = shrink ? await smallestScenario(seed) : scenario;
  const again = await judgeRun(smallest, seed);
  return { ...report, violation: await describe(seed, smallest, again.broken.length > 0 ? again : run) };
}

async function describe(seed: number, scenario: Scenario, { broken }: JudgedRun): Promise<SeedViolation> {
  const text = [
    `Seed ${seed} violates ${broken.map(({ name }) => name).join(', ')}`,
    ...broken.map(({ text: each }) => each),
    `Smallest scenario found:\n${JSON.stringify(scenario, null, 2)}`,
    `What happened in it:\n${await traceOf(scenario, seed)}`,
  ];
  return { guarantees: broken.map(({ name }) => name), text: text.join('\n\n') };
}
