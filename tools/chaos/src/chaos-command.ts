import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { countedRun, LaunchError } from '@millrace/launcher';
import { type ChaosArguments, parseChaosArguments, usage } from './chaos-arguments.ts';
import { chooseScenarios, runChaos } from './run-chaos.ts';
import type { Scenario } from './scenario.ts';
import { scenarios as all } from './scenarios/index.ts';

/** Resolves with the exit code: 0 when every guarantee was kept, 1 when one was not, 2 for options that make no sense. */
export async function chaosCommand(args: readonly string[]): Promise<number> {
  const chosen = parsed(args);
  if (typeof chosen === 'string') {
    console.error(chosen);
    return 2;
  }
  const { scenarios, ...options } = chosen;
  if (options.help || options.list) {
    console.log(options.help ? usage : listOf(scenarios));
    return 0;
  }
  return run(scenarios, options);
}

async function run(scenarios: readonly Scenario[], options: ChaosArguments): Promise<number> {
  const folder = await folderFor(options.keep);
  try {
    return await countedRun((ports) => runChaos({ ...options, ...ports, scenarios, folder }));
  } finally {
    if (options.keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function folderFor(keep: string | undefined): Promise<string> {
  if (keep === undefined) return mkdtemp(join(tmpdir(), 'millrace-chaos-'));
  const folder = resolve(keep);
  await mkdir(folder, { recursive: true });
  return folder;
}

function parsed(args: readonly string[]): (ChaosArguments & { scenarios: readonly Scenario[] }) | string {
  try {
    const chosen = parseChaosArguments(args, () => randomInt(1, 1_000_000));
    return { ...chosen, scenarios: chooseScenarios(all, chosen) };
  } catch (error) {
    if (error instanceof LaunchError) return error.message;
    throw error;
  }
}

function listOf(scenarios: readonly Scenario[]): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, what }) => `${name.padEnd(width)}  ${what}`).join('\n');
}
