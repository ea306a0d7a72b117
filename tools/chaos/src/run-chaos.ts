import { availableParallelism } from 'node:os';
import { type Counts, describeCounts, LaunchError, type RunPorts } from '@millrace/launcher';
import type { ChaosArguments } from './chaos-arguments.ts';
import { inLanes } from './in-lanes.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { summaryTable } from './summary-table.ts';
import { Brokers } from './world/brokers.ts';

export interface ChaosOptions extends RunPorts, Pick<ChaosArguments, 'extent' | 'seed' | 'parallel' | 'rate'> {
  readonly scenarios: readonly Scenario[];
  readonly folder: string;
}

/** Runs the scenarios, those that may share a broker side by side, the others one after the other, and prints what came of them. */
export async function runChaos(options: ChaosOptions): Promise<Counts> {
  const { scenarios, seed, print, parallel } = options;
  print(`Seed ${seed}, ${availableParallelism()} cores`);
  const brokers = new Brokers();
  const results = new Map<Scenario, ScenarioResult>();
  const run = async (scenario: Scenario): Promise<void> => {
    results.set(scenario, await runOne(scenario, brokers, options));
  };
  try {
    const besideOthers = ({ broker, alone }: Scenario) => broker === 'shared' && !alone;
    await inLanes(scenarios.filter(besideOthers), parallel, run);
    for (const scenario of scenarios) if (!besideOthers(scenario)) await run(scenario);
  } finally {
    await brokers.close();
  }
  const all = scenarios.flatMap((scenario) => results.get(scenario) ?? []);
  const failed = all.filter(({ ok }) => !ok).length;
  const counts = { passed: all.length - failed, failed, skipped: [] };
  print(`\n${summaryTable(all)}\n\nSeed ${seed}. ${describeCounts(counts)}`);
  return counts;
}

async function runOne(scenario: Scenario, brokers: Brokers, options: ChaosOptions): Promise<ScenarioResult> {
  const { name: what } = scenario;
  const { onProgress, print, signal, seed, extent } = options;
  const tell = (detail: string): void => onProgress({ state: 'waiting', what, detail });
  signal.throwIfAborted();
  tell('beginning');
  const cluster = await (scenario.broker === 'shared'
    ? brokers.shared()
    : brokers.start(scenario.broker === 'own' ? 1 : scenario.broker, scenario.brokerSettings));
  const result = await runScenario(scenario, { ...options, cluster, tell });
  if (scenario.broker !== 'shared') await cluster.close();
  onProgress({ state: result.ok ? 'done' : 'failed', what, detail: result.figures.join(', ') });
  if (!result.ok) print(accountOf(result, again(what, seed, extent)));
  return result;
}

function accountOf({ name, breaches }: ScenarioResult, how: string): string {
  return [`✗ ${name}`, ...breaches.map(({ text }) => text), how, ''].join('\n');
}

function again(name: string, seed: number, extent: string): string {
  return `Again: npm run chaos -- --only ${name} --seed ${seed}${extent === 'short' ? ' --short' : ''}`;
}

/** Those whose names contain one of the texts, in the extent asked for; a LaunchError where there is none. */
export function chooseScenarios(
  scenarios: readonly Scenario[],
  { only, extent }: Pick<ChaosArguments, 'only' | 'extent'>,
): readonly Scenario[] {
  const named = scenarios.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  if (named.length === 0)
    throw new LaunchError(`No scenario is called ${only.join(' or ')}. npm run chaos -- --list shows them.`);
  return only.length > 0 ? named : named.filter(({ extents }) => extents.includes(extent));
}
