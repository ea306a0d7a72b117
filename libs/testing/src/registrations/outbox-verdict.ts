import { headerText, type KafkaRecord } from '@millrace/messaging';
import type { Registered } from './register-steadily.ts';

/** A row of the outbox, in the order of ids. */
export interface Appended {
  readonly eventId: string;
  readonly userId: string;
}

export interface OutboxVerdictInput {
  readonly registered: readonly Pick<Registered, 'userId' | 'changes'>[];
  readonly appended: readonly Appended[];
  /** What consumers see, in the order of offsets within each partition. */
  readonly records: readonly KafkaRecord[];
}

export interface OutboxVerdict {
  /** How many event ids consumers see. */
  readonly published: number;
  /** Event ids in rows of the outbox that consumers do not see, and users who were answered more than there are rows of theirs. */
  readonly lost: readonly string[];
  /** How many records there are beyond the first of their event id. */
  readonly repeated: number;
  /** Event ids that consumers see for which there is no row: made twice under two ids, or of nobody. */
  readonly unknown: readonly string[];
  /** Users whose events come first in another order than they were appended in. */
  readonly outOfOrder: readonly string[];
}

/** Holds the topic to what was answered, and to the rows of the outbox. */
export function judgeOutbox({ registered, appended, records }: OutboxVerdictInput): OutboxVerdict {
  const firsts = new Map<string, Appended>();
  for (const record of records) {
    const eventId = headerText(record.headers, 'ce_id') ?? '';
    if (!firsts.has(eventId)) firsts.set(eventId, { eventId, userId: String(record.key) });
  }
  const rows = new Set(appended.map(({ eventId }) => eventId));
  const rowsOf = byUser(appended);
  const rowless = registered.flatMap(({ userId, changes }) => {
    const missing = 1 + changes - (rowsOf.get(userId)?.length ?? 0);
    return Array.from({ length: Math.max(0, missing) }, () => `an event of user ${userId}, answered and in no row`);
  });
  return {
    published: firsts.size,
    lost: [...[...rows].filter((id) => !firsts.has(id)), ...rowless],
    repeated: records.length - firsts.size,
    unknown: [...firsts.keys()].filter((id) => !rows.has(id)),
    outOfOrder: usersOutOfOrder(appended, [...firsts.values()]),
  };
}

/** Users of whom what was seen, each event once, came in another order than it was appended in; what was not seen is left out. */
export function usersOutOfOrder(appended: readonly Appended[], seen: readonly Appended[]): readonly string[] {
  const seenOf = byUser(seen);
  return [...byUser(appended)].flatMap(([user, ids]) => (inOrder(seenOf.get(user) ?? [], ids) ? [] : [user]));
}

function byUser(events: readonly Appended[]): Map<string, string[]> {
  const users = Map.groupBy(events, ({ userId }) => userId);
  return new Map([...users].map(([userId, list]) => [userId, list.map(({ eventId }) => eventId)]));
}

const inOrder = (seen: readonly string[], expected: readonly string[]) => {
  const known = seen.filter((id) => expected.includes(id));
  const wanted = expected.filter((id) => seen.includes(id));
  return known.every((id, at) => id === wanted[at]);
};
