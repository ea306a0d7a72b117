import { createLogger } from '@millrace/telemetry';
import { describeGuarantee, Judge } from '../guarantees/index.ts';
import type { RunEvent } from '../guarantees/run-event.ts';
import { heldAtMost } from './held-at-most.ts';
import type { RunFacts } from './run-facts.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

/** A guarantee that a run did not keep. */
export interface Broken {
  readonly name: string;
  /** What is promised and what came of it, for people to read. */
  readonly text: string;
}

export interface JudgedRun {
  readonly facts: RunFacts;
  readonly broken: readonly Broken[];
}

const silent = createLogger({ service: 'simulator', level: 'silent' });
const comesToAnEnd =
  'Once all faults are over, the group commits every partition to its end, and its members stop when told to.';

/** Runs a scenario and holds it to every guarantee. */
export async function judgeRun(scenario: Scenario, seed: number): Promise<JudgedRun> {
  const judge = new Judge({ atMost: heldAtMost(scenario), apiHonoursKeys: true });
  const watch = (event: RunEvent): void => judge.watch(event);
  const { facts, unfinished } = await runScenario(scenario, { seed, watch, log: silent });
  const broken = judge.broken.map((guarantee) => ({ name: guarantee.name, text: describeGuarantee(guarantee) }));
  if (unfinished.length > 0)
    broken.push({
      name: 'comes to an end',
      text: [`comes to an end: broken`, comesToAnEnd, ...unfinished].join('\n  '),
    });
  return { facts, broken };
}
