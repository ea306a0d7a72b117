import fc from 'fast-check';
import { arbitraryScenario } from './arbitrary-scenario.ts';
import { judgeRun } from './judge-run.ts';
import type { Scenario } from './scenario.ts';

/** Runs that are tried at most; enough to drop most faults and to find small numbers. */
const mostRuns = 300;

/** The scenario of a seed: always the same one. */
export function scenarioOf(seed: number): Scenario {
  let scenario: Scenario | undefined;
  const property = fc.property(arbitraryScenario, (drawn) => {
    scenario = drawn;
  });
  fc.check(property, parametersOf(seed));
  if (!scenario) throw new Error(`no scenario for seed ${seed}`);
  return scenario;
}

/** The smallest scenario found that violates a guarantee as the one of the seed does. */
export async function smallestScenario(seed: number): Promise<Scenario> {
  let runs = 0;
  let smallest: Scenario | undefined;
  const property = fc.asyncProperty(arbitraryScenario, async (scenario) => {
    if (++runs > mostRuns) return;
    const { broken } = await judgeRun(scenario, seed);
    if (broken.length === 0) return;
    smallest = scenario;
    throw new Error('a guarantee was violated');
  });
  await fc.check(property, parametersOf(seed));
  if (!smallest)
    throw new Error(`seed ${seed} violated a guarantee, and not when it was run again: runs are not the same`);
  return smallest;
}

/** Without a bias, which would make the first of all runs, the only one here, a very small one. */
function parametersOf(seed: number) {
  return { seed, numRuns: 1, plugins: [fc.unbiased()] };
}
