import { parseArgs, type ParseArgsConfig } from 'node:util';
import { errorCodes } from '@millrace/messaging';
import type { Filter, Scope } from './letters/filter.ts';
import { UsageError } from './usage-error.ts';

/** What all commands understand. */
export interface CommonOptions extends Scope {
  readonly brokers: string | undefined;
  readonly json: boolean;
}

export interface Selecting {
  readonly filter: Filter;
}

export interface Deciding {
  readonly by: string | undefined;
  readonly dryRun: boolean;
}

export type Command = CommonOptions &
  (
    | ({ readonly name: 'list'; readonly all: boolean; readonly limit: number } & Selecting)
    | { readonly name: 'show'; readonly id: string; readonly value: boolean }
    | ({
        readonly name: 'replay';
        readonly rate: number | undefined;
        readonly force: boolean;
        readonly again: boolean;
        readonly nowMs: number | undefined;
      } & Selecting &
        Deciding)
    | ({ readonly name: 'discard'; readonly reason: string; readonly all: boolean } & Selecting & Deciding)
    | ({ readonly name: 'history' } & Selecting)
  );

export type CommandName = Command['name'];

const common = {
  brokers: { type: 'string' },
  topic: { type: 'string' },
  group: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options'];

const selecting = {
  code: { type: 'string', multiple: true },
  type: { type: 'string', multiple: true },
  key: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

const deciding = {
  by: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const satisfies ParseArgsConfig['options'];

const options = {
  list: { ...common, ...selecting, all: { type: 'boolean', default: false }, limit: { type: 'string', default: '20' } },
  show: { ...common, value: { type: 'boolean', default: false } },
  replay: {
    ...common,
    ...selecting,
    ...deciding,
    rate: { type: 'string' },
    force: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    now: { type: 'string' },
  },
  discard: {
    ...common,
    ...selecting,
    ...deciding,
    reason: { type: 'string' },
    all: { type: 'boolean', default: false },
  },
  history: { ...common, ...selecting },
} as const satisfies Record<CommandName, ParseArgsConfig['options']>;

/** The command that a line asks for, or the one whose help it asks for. Throws a `UsageError`. */
export function parseCommand(argv: readonly string[]): Command | { readonly help: CommandName | undefined } {
  const [area, name = '', ...rest] = argv;
  const helpAsked = argv.some((each) => each === '--help' || each === '-h');
  if (area === undefined || (helpAsked && !isCommand(name))) return { help: undefined };
  if (area !== 'dlq') throw new UsageError(`there is no command ${JSON.stringify(area)}; there is dlq`);
  if (!isCommand(name)) {
    const known = Object.keys(options).join(', ');
    throw new UsageError(name ? `there is no command dlq ${name}; there are ${known}` : `dlq does one of ${known}`);
  }
  return helpAsked ? { help: name } : parseNamed(name, rest);
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(options, name);
}

type Given = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function parseNamed(name: CommandName, args: readonly string[]): Command {
  const { values, positionals } = parsed(name, args);
  const base = { brokers: textOf(values, 'brokers'), json: values['json'] === true, ...scopeOf(values) };
  const who = { by: textOf(values, 'by'), dryRun: values['dry-run'] === true };
  const is = (option: string) => values[option] === true;
  switch (name) {
    case 'show':
      return { ...base, name, id: onlyId(positionals), value: is('value') };
    case 'list':
      return {
        ...base,
        name,
        filter: filterOf(values, positionals),
        all: is('all'),
        limit: numberOf(values, 'limit') ?? 20,
      };
    case 'history':
      return { ...base, name, filter: filterOf(values, positionals) };
    case 'discard':
      return { ...base, ...who, name, filter: filterOf(values, positionals), reason: reasonOf(values), all: is('all') };
    case 'replay': {
      const nowMs = timeOf(values, 'now');
      if (nowMs !== undefined && !who.dryRun) throw new UsageError('--now is for --dry-run alone');
      const [rate, filter] = [numberOf(values, 'rate'), filterOf(values, positionals)];
      return { ...base, ...who, name, filter, rate, force: is('force'), again: is('again'), nowMs };
    }
  }
}

function parsed(name: CommandName, args: readonly string[]): { values: Given; positionals: readonly string[] } {
  try {
    const config: ParseArgsConfig = { args: [...args], options: options[name], allowPositionals: true };
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function scopeOf(values: Given): Scope {
  return { topic: textOf(values, 'topic'), group: textOf(values, 'group') };
}

function filterOf(values: Given, ids: readonly string[]): Filter {
  const codes = listOf(values, 'code');
  const unknown = codes.find((code) => !Object.hasOwn(errorCodes, code));
  if (unknown)
    throw new UsageError(`--code ${unknown}: there is no such code; docs/errors.md has those that there are`);
  return {
    ...scopeOf(values),
    ids: ids.map(checkedId),
    codes,
    types: listOf(values, 'type'),
    key: textOf(values, 'key'),
    sinceMs: timeOf(values, 'since'),
    untilMs: timeOf(values, 'until'),
  };
}

function onlyId(positionals: readonly string[]): string {
  const [id, more] = positionals;
  if (id === undefined || more !== undefined) throw new UsageError('dlq show needs one <topic>/<partition>/<offset>');
  return checkedId(id);
}

function checkedId(id: string): string {
  if (/^[\w.-]+\.dlq\/\d+\/\d+$/.test(id)) return id;
  throw new UsageError(`${JSON.stringify(id)} names no dead letter; one is <topic>.<group>.dlq/<partition>/<offset>`);
}

function reasonOf(values: Given): string {
  const reason = textOf(values, 'reason')?.trim();
  if (reason) return reason;
  throw new UsageError('dlq discard needs --reason "…": it is kept with your name');
}

function textOf(values: Given, name: string): string | undefined {
  const value = values[name];
  if (value === '') throw new UsageError(`--${name} is empty`);
  return typeof value === 'string' ? value : undefined;
}

function listOf(values: Given, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function numberOf(values: Given, name: string): number | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new UsageError(`--${name} must be a whole number of at least 1, not ${JSON.stringify(text)}`);
}

function timeOf(values: Given, name: string): number | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && Number.isFinite(ms)) return ms;
  throw new UsageError(`--${name} must be a time such as 2026-11-21T12:00:00Z, not ${JSON.stringify(text)}`);
}
