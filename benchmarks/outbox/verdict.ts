import { headerText, type KafkaRecord } from '@millrace/messaging';
import type { Registered } from './load.ts';

/** A row of the outbox, in the order of ids. */
export interface Appended {
  readonly eventId: string;
  readonly userId: string;
}

export interface VerdictInput {
  readonly registered: readonly Registered[];
  readonly appended: readonly Appended[];
  /** What consumers see, in the order of offsets within each partition. */
  readonly records: readonly KafkaRecord[];
}

export interface Verdict {
  /** Event ids that consumers see. */
  readonly published: number;
  /** Events of an answer 201 or 200 that consumers do not see, and rows of the outbox that they do not see. */
  readonly lost: number;
  /** Records beyond the first of their event id. */
  readonly repeated: number;
  /** Events that consumers see for which there is no row: made twice under two ids, or of nobody. */
  readonly unknown: number;
  /** Users whose events come first in another order than they were appended in. */
  readonly outOfOrder: number;
}

const idOf = ({ headers }: KafkaRecord) => headerText(headers, 'ce_id') ?? '';

export function judge({ registered, appended, records }: VerdictInput): Verdict {
  const firsts = new Map<string, string>();
  for (const record of records) if (!firsts.has(idOf(record))) firsts.set(idOf(record), String(record.key));
  const rows = new Map(appended.map(({ eventId, userId }) => [eventId, userId]));
  const seen = byUser([...firsts]);
  const expected = byUser([...rows]);
  const unseen = [...rows.keys()].filter((id) => !firsts.has(id)).length;
  const missing = registered.reduce((sum, { userId, changes }) => {
    return sum + Math.max(0, 1 + changes - (seen.get(userId)?.length ?? 0));
  }, 0);
  return {
    published: firsts.size,
    lost: Math.max(unseen, missing),
    repeated: records.length - firsts.size,
    unknown: [...firsts.keys()].filter((id) => !rows.has(id)).length,
    outOfOrder: [...expected].filter(([user, ids]) => !inOrder(seen.get(user) ?? [], ids)).length,
  };
}

function byUser(events: readonly (readonly [eventId: string, userId: string])[]): Map<string, string[]> {
  const users = Map.groupBy(events, ([, userId]) => userId);
  return new Map([...users].map(([userId, list]) => [userId, list.map(([eventId]) => eventId)]));
}

const inOrder = (seen: readonly string[], expected: readonly string[]) => {
  const known = seen.filter((id) => expected.includes(id));
  const wanted = expected.filter((id) => seen.includes(id));
  return known.every((id, at) => id === wanted[at]);
};
