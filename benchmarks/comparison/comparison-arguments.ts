import { parseArgs } from 'node:util';
import { LaunchError } from '@millrace/launcher';
import type { Keys } from '../backlog/key-sequence.ts';
import { leastValueBytes } from '../backlog/sample-data.ts';
import type { BacklogShape } from '../backlog/write-backlog.ts';
import { ordinary, type Scenario, scenarios } from './scenario.ts';

/** What the comparison was asked for. */
export interface ComparisonArguments {
  readonly scenarios: readonly Scenario[];
  /** Names of peers; all where there is none. */
  readonly only: readonly string[];
  readonly rounds: number;
  readonly quick: boolean;
  /** All peers, all scenarios, at full length: what goes into the documentation. */
  readonly whole: boolean;
}

export const comparisonUsage = `npm run bench [-- options]

Measures Millrace and its peers side by side: the same records of the same Kafka, the same API, in rounds that take turns.
Without options the whole of it, in at most an hour, then end-to-end-latency, kill and drain; the tables of docs/benchmarks.md are written.

  --quick                  one scenario, one round: about 3 minutes once the peers are built
  --only <peer,peer>       these peers alone
  --scenario <name,name>   these scenarios alone: ${scenarios.map(({ name }) => name).join(', ')}
  --rounds <n>             how often each peer has its turn (default: 2; with --quick: 1)

A scenario of your own (what is not said is as in ${ordinary.name}):
  --latency <ms>           of the API, 1 to 10000
  --spread <fixed|lognormal>
  --round-trip <ms>        of the network, 0 to 10000
  --concurrency <n>        calls at a time, 1 to 5000
  --partitions <n>         1 to 1000
  --keys <distinct|n|zipf:s>   a key of its own for each record, n keys, or 100000 keys by Zipf's law with exponent s
  --value-bytes <n>        of each record, ${leastValueBytes} to 100000
  --compression <none|gzip|zstd>
  --tls                    between peers and API

  --list                   the other benchmarks; npm run bench -- <name> runs one
  --help                   this text`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const own = [
  'latency',
  'spread',
  'round-trip',
  'concurrency',
  'partitions',
  'keys',
  'value-bytes',
  'compression',
] as const;
const options = {
  quick: flag,
  tls: flag,
  only: text,
  scenario: text,
  rounds: text,
  ...(Object.fromEntries(own.map((name) => [name, text])) as Record<(typeof own)[number], typeof text>),
};
type Values = ReturnType<typeof parse>;

/** A LaunchError names what is not understood; `peers`: the names that `--only` may hold. */
export function parseComparisonArguments(args: readonly string[], peers: readonly string[]): ComparisonArguments {
  const values = parse(args);
  const { quick = false, only, scenario, rounds } = values;
  const custom = ownScenario(values);
  if (custom && scenario !== undefined) throw refused('--scenario does not go with a scenario of your own');
  return {
    scenarios: custom ? [custom] : named(scenario, quick),
    only: only === undefined ? [] : oneOf('--only', only, peers),
    rounds: rounds === undefined ? (quick ? 1 : 2) : wholeNumber('--rounds', rounds, 1, 100),
    quick,
    whole: args.length === 0,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [what = ''] = (error as Error).message.split(/\.\s|\n/);
    throw refused(what, error);
  }
}

function named(list: string | undefined, quick: boolean): readonly Scenario[] {
  if (list === undefined) return quick ? [ordinary] : scenarios;
  const names = oneOf(
    '--scenario',
    list,
    scenarios.map(({ name }) => name),
  );
  return scenarios.filter(({ name }) => names.includes(name));
}

function ownScenario(values: Values): Scenario | undefined {
  if (own.every((name) => values[name] === undefined) && values.tls === undefined) return undefined;
  const number = (name: (typeof own)[number], byDefault: number, least: number, most: number) =>
    values[name] === undefined ? byDefault : wholeNumber(`--${name}`, values[name], least, most);
  return {
    name: 'own',
    latency: {
      median: number('latency', ordinary.latency.median, 1, 10_000),
      spread: among('--spread', values.spread ?? 'fixed', ['fixed', 'lognormal'] as const),
      roundTrip: number('round-trip', 0, 0, 10_000),
    },
    concurrency: number('concurrency', ordinary.concurrency, 1, 5_000),
    backlog: {
      partitions: number('partitions', 1, 1, 1_000),
      keys: values.keys === undefined ? { kind: 'distinct' } : keysOf(values.keys),
      valueBytes: number('value-bytes', ordinary.backlog.valueBytes, leastValueBytes, 100_000),
      compression: among<BacklogShape['compression']>('--compression', values.compression ?? 'none', [
        'none',
        'gzip',
        'zstd',
      ]),
    },
    tls: values.tls ?? false,
  };
}

function keysOf(value: string): Keys {
  if (value === 'distinct') return { kind: 'distinct' };
  const exponent = /^zipf:(\d+(?:\.\d+)?)$/.exec(value)?.[1];
  if (exponent !== undefined) return { kind: 'zipf', exponent: Number(exponent), count: 100_000 };
  if (/^\d+$/.test(value)) return { kind: 'uniform', count: wholeNumber('--keys', value, 1, 10_000_000) };
  throw refused(`--keys takes distinct, a number, or zipf:<exponent>, not ${JSON.stringify(value)}`);
}

function oneOf(option: string, list: string, known: readonly string[]): readonly string[] {
  const names = list.split(',').filter(Boolean);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined && names.length > 0) return names;
  throw refused(`${option} takes names among ${known.join(', ')}, not ${JSON.stringify(unknown ?? list)}`);
}

function among<Choice extends string>(option: string, value: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw refused(`${option} takes ${choices.join(' or ')}, not ${JSON.stringify(value)}`);
}

function wholeNumber(option: string, value: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw refused(`${option} takes a whole number from ${least} to ${most}, not ${JSON.stringify(value)}`);
}

function refused(what: string, cause?: unknown): LaunchError {
  return new LaunchError(`${what}. npm run bench -- --help lists the options.`, { cause });
}
