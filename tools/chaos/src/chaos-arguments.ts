import { parseArgs } from 'node:util';
import { LaunchError } from '@millrace/launcher';
import type { Extent } from './scenario.ts';

/** What `npm run chaos` was asked for. */
export interface ChaosArguments {
  readonly help: boolean;
  readonly list: boolean;
  readonly extent: Extent;
  /** Parts of names; empty for all. */
  readonly only: readonly string[];
  readonly seed: number;
  /** Scenarios that share a broker, at the same time. */
  readonly parallel: number;
  /** Events per second of each scenario that does not say otherwise. */
  readonly rate: number;
  /** Where journals are kept after the run; undefined for nowhere. */
  readonly keep: string | undefined;
}

export const usage = `npm run chaos [-- options]

Runs consumers, and all services of the example, as processes of their own, on a real Kafka and against a real HTTP API, kills,
freezes and cuts off what they are and what they need, and holds each run to the guarantees of docs/architecture.md. What is
judged are the journals of the processes, the API's own, and Kafka's log of commits; of the services what clients, database,
Kafka and APIs have in the end.

  --short         the short form, as CI runs it: a part of the scenarios, and less of each
  --only <name>   scenarios whose names contain this; may be given several times
  --seed <n>      draws times, points and keys (default: a new one, which is printed)
  --parallel <n>  scenarios at the same time, of those that share a broker (default: 3)
  --rate <n>      events per second of each scenario that does not say otherwise (default: 100)
  --keep <folder> keeps the journals there
  --list          the scenarios
  --help          this text

Exit code 1 means that a guarantee was broken, or that a planted bug was not found.`;

/** A LaunchError names what is not understood. */
export function parseChaosArguments(args: readonly string[], newSeed: () => number): ChaosArguments {
  const { help = false, list = false, short = false, only = [], seed, parallel, rate, keep } = parse(args);
  return {
    help,
    list,
    extent: short ? 'short' : 'full',
    only,
    seed: wholeNumber('--seed', seed, newSeed),
    parallel: wholeNumber('--parallel', parallel, () => 3),
    rate: wholeNumber('--rate', rate, () => 100),
    keep,
  };
}

function parse(args: readonly string[]) {
  try {
    const flag = { type: 'boolean' } as const;
    const text = { type: 'string' } as const;
    const only = { type: 'string', multiple: true } as const;
    const options = { help: flag, list: flag, short: flag, only, seed: text, parallel: text, rate: text, keep: text };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [what = ''] = (error as Error).message.split(/\.\s|\n/);
    throw refused(what, error);
  }
}

function wholeNumber(option: string, text: string | undefined, byDefault: () => number): number {
  if (text === undefined) return byDefault();
  if (/^\d{1,10}$/.test(text) && Number(text) >= 1 && Number(text) < 2 ** 31) return Number(text);
  throw refused(`${option} takes a whole number from 1, not ${JSON.stringify(text)}`);
}

function refused(what: string, cause?: unknown): LaunchError {
  return new LaunchError(`${what}. npm run chaos -- --help lists the options.`, { cause });
}
