import type { Letter } from './letter.ts';

/** Whose dead letters are meant; undefined for any. */
export interface Scope {
  /** Of the records, not of their dead letters. */
  readonly topic: string | undefined;
  readonly group: string | undefined;
}

/** Which dead letters are meant; all that is given must hold. */
export interface Filter extends Scope {
  readonly ids: readonly string[];
  /** Any of them. */
  readonly codes: readonly string[];
  readonly types: readonly string[];
  readonly key: string | undefined;
  /** Given up on at or after this time, in ms. */
  readonly sinceMs: number | undefined;
  /** Given up on before this time, in ms. */
  readonly untilMs: number | undefined;
}

export const everything: Filter = {
  topic: undefined,
  group: undefined,
  ids: [],
  codes: [],
  types: [],
  key: undefined,
  sinceMs: undefined,
  untilMs: undefined,
};

export function matches(letter: Letter, { ids, codes, types, key, sinceMs, untilMs, ...scope }: Filter): boolean {
  const lastMs = Date.parse(letter.lastAt);
  return (
    isWithin(scope, { topic: letter.origin.topic, group: letter.group }) &&
    isAmong(ids, letter.id) &&
    isAmong(codes, letter.code) &&
    isAmong(types, letter.type) &&
    (key === undefined || letter.record.key?.toString() === key) &&
    (sinceMs === undefined || lastMs >= sinceMs) &&
    (untilMs === undefined || lastMs < untilMs)
  );
}

export function isWithin({ topic, group }: Scope, of: { readonly topic: string; readonly group: string }): boolean {
  return (topic === undefined || topic === of.topic) && (group === undefined || group === of.group);
}

/** No list is no condition. */
function isAmong(list: readonly string[], value: string | undefined): boolean {
  return list.length === 0 || (value !== undefined && list.includes(value));
}

/** Whether it leaves nothing out of its scope. */
export function isOpen({ ids, codes, types, key, sinceMs, untilMs }: Filter): boolean {
  return [...ids, ...codes, ...types, key, sinceMs, untilMs].every((each) => each === undefined);
}
