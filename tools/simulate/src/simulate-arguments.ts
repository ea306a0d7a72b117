import { parseArgs } from 'node:util';
import { LaunchError } from '@millrace/launcher';

/** What `npm run simulate` was asked for. */
export interface SimulateArguments {
  readonly help: boolean;
  readonly seeds: number;
  readonly from: number;
  /** Print the whole trace of each run. */
  readonly trace: boolean;
  /** Look for the planted bugs instead. */
  readonly planted: boolean;
}

export const usage = `npm run simulate [-- options]

Runs the delivery engine in a simulated world, in which members crash, stand still and come and go, requests and answers get
lost and topics change, and holds each run to the guarantees of docs/architecture.md. A seed decides everything: the same seed
is the same run.

  --seeds <n>   how many runs (default: 1000; with --planted, for each bug)
  --from <n>    the first seed (default: 1)
  --trace       print what happened in each run; for at most 10 of them
  --planted     plant published bugs into the engine, one at a time, and see that each is found
  --help        this text

Exit code 1 means that a guarantee was violated; with --planted, that a bug was not found.`;

const mostTraces = 10;

/** A LaunchError names what is not understood. */
export function parseSimulateArguments(args: readonly string[]): SimulateArguments {
  const { help = false, trace = false, planted = false, seeds, from } = parse(args);
  const chosen = {
    help,
    trace,
    planted,
    seeds: wholeNumber('--seeds', seeds, 1_000),
    from: wholeNumber('--from', from, 1),
  };
  if (trace && planted) throw refused('--trace shows runs of the engine as it is; it does not go with --planted');
  if (trace && chosen.seeds > mostTraces)
    throw refused(`--trace is for at most ${mostTraces} runs, not ${chosen.seeds}`);
  return chosen;
}

function parse(args: readonly string[]) {
  try {
    const flag = { type: 'boolean' } as const;
    const text = { type: 'string' } as const;
    return parseArgs({ args: [...args], options: { help: flag, trace: flag, planted: flag, seeds: text, from: text } })
      .values;
  } catch (error) {
    const [what = ''] = (error as Error).message.split(/\.\s|\n/);
    throw refused(what, error);
  }
}

/** Seeds are 31 bits and not negative, so that each is one run and none is another's. */
function wholeNumber(option: string, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  if (/^\d{1,10}$/.test(text) && Number(text) >= 1 && Number(text) < 2 ** 31) return Number(text);
  throw refused(`${option} takes a whole number from 1, not ${JSON.stringify(text)}`);
}

function refused(what: string, cause?: unknown): LaunchError {
  return new LaunchError(`${what}. npm run simulate -- --help lists the options.`, { cause });
}
