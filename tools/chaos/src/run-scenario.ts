import { join } from 'node:path';
import type { KafkaCluster } from '@millrace/launcher';
import { seededRandom } from '@millrace/messaging/testing';
import { seedOf } from './draw.ts';
import type { HonestCount } from './judging/honest-count.ts';
import { type Breach, judgeRun } from './judging/verdict.ts';
import type { Extent, Scenario, Stage } from './scenario.ts';
import { ChaosWorld } from './world/chaos-world.ts';
import { ServicesWorld } from './world/services-world.ts';

export interface RunOptions {
  readonly extent: Extent;
  readonly seed: number;
  readonly rate: number;
  readonly cluster: KafkaCluster;
  /** For the journals of all scenarios. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly tell: (detail: string) => void;
}

/** What came of a scenario. */
export interface ScenarioResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** Undefined where it did not come to an end. */
  readonly count: HonestCount | undefined;
  readonly figures: readonly string[];
  readonly breaches: readonly Breach[];
}

const concurrency = 64;

/** Runs a scenario in a world of its own, and judges what came of it. Rejects only where it was interrupted. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  const startedMs = performance.now();
  const worlds: ChaosWorld[] = [];
  const services: ServicesWorld[] = [];
  try {
    const { count, figures, breaches } = await play(scenario, options, worlds, services);
    return resultOf(scenario, startedMs, { count, figures, breaches });
  } catch (error) {
    if (options.signal.aborted) throw error;
    const breach = { name: 'comes to an end', text: `comes to an end: broken\n  ${whyOf(error, worlds)}` };
    return resultOf(scenario, startedMs, { count: undefined, figures: [], breaches: [breach] });
  } finally {
    await Promise.all([...worlds, ...services].map((world) => world.close()));
  }
}

async function play(scenario: Scenario, options: RunOptions, worlds: ChaosWorld[], services: ServicesWorld[]) {
  const { name } = scenario;
  const { seed, cluster, folder, signal, tell, extent, rate } = options;
  const random = seededRandom(seedOf(seed, name));
  let apiHonoursKeys = true;
  const open: Stage['open'] = async ({ partitions = 6, idempotencyKeys = 'honoured', ...more }) => {
    apiHonoursKeys = idempotencyKeys === 'honoured';
    const where = { name, brokers: cluster.brokers.split(','), folder: join(folder, name), random, signal };
    const world = await ChaosWorld.open({ ...where, partitions, idempotencyKeys, concurrency, ...more });
    worlds.push(world);
    return world;
  };
  const openServices: Stage['openServices'] = async (more) => {
    const world = await ServicesWorld.open({ cluster, folder: join(folder, name), signal, ...more });
    services.push(world);
    return world;
  };
  const run = await scenario.run({ extent, random, cluster, perSecond: rate, open, openServices, tell });
  if ('breaches' in run) return run;
  tell('the rest is done');
  await run.world.finish();
  tell('judging');
  const evidence = await run.world.evidence();
  const { count, breaches } = judgeRun(evidence, { apiHonoursKeys, concurrency, callsAgain: run.callsAgain });
  const { figures = [], wrong = [] } = run.examine?.(evidence) ?? {};
  return { count, figures, breaches: [...breaches, ...wrong.map((text) => ({ name: 'as stated', text }))] };
}

function resultOf(
  { name, planted }: Scenario,
  startedMs: number,
  found: Pick<ScenarioResult, 'count' | 'figures' | 'breaches'>,
): ScenarioResult {
  const seconds = (performance.now() - startedMs) / 1_000;
  if (!planted) return { name, ok: found.breaches.length === 0, seconds, ...found };
  const names = found.breaches.map((breach) => breach.name);
  // a run that does not come to its end has not been judged
  const ok = names.length > 0 && !names.includes('comes to an end');
  const breaches = ok ? [] : [...found.breaches, { name: 'planted bug', text: 'the planted bug was not found' }];
  return { name, ok, seconds, count: found.count, figures: ok ? [`found: ${names.join(', ')}`] : [], breaches };
}

function whyOf(error: unknown, worlds: readonly ChaosWorld[]): string {
  const members = worlds.flatMap((world) => world.members).filter(({ stderr }) => stderr !== '');
  const said = members
    .slice(-3)
    .map(({ name, stderr }) => `\n  ${name} said:\n${stderr.trim().split('\n').slice(-5).join('\n')}`);
  return `${error instanceof Error ? error.message : String(error)}${said.join('')}`;
}
