import { headerText } from '@millrace/messaging';
import { judgeOutbox, type OutboxVerdict, usersOutOfOrder } from '@millrace/testing/registrations';
import { type HonestCount, nothingCounted } from './honest-count.ts';
import type { ApiEvidence, AppendedEvent, ServicesEvidence } from './services-evidence.ts';
import { breach, type Breach, type Verdict } from './verdict.ts';

/** Holds a run of the services to what clients, database, Kafka and APIs say, each for itself. */
export function judgeServices(evidence: ServicesEvidence): Verdict {
  const { load, appended, records, apis } = evidence;
  const outbox = judgeOutbox({ registered: load.registered, appended, records });
  const found = apis.map((api) => ({ api, ...judgeApi(api, appended) }));
  const breaches = [
    ...answerBreaches(evidence),
    breach('every event is published', outbox.lost),
    breach('an event is published under one id', outbox.unknown),
    breach("a user's events are published in order", outbox.outOfOrder),
    breach('what a frozen relay had in hand is published once', notOnce(evidence)),
    ...found.flatMap(apiBreaches),
    breach('no process ends by itself', evidence.ended),
  ].filter((each) => each !== undefined);
  return { count: countOf(evidence, outbox, found), breaches };
}

function answerBreaches({ load, users, appended }: ServicesEvidence): readonly (Breach | undefined)[] {
  const stored = new Map(users.map(({ userId, username }) => [userId, username]));
  const missing = load.registered.filter(({ userId, username }) => stored.get(userId) !== username);
  const names = Map.groupBy(users, ({ username }) => username);
  const several = [...names].filter(([, each]) => each.length > 1).map(([name]) => `${name} is there more than once`);
  const begun = new Set(load.begun);
  const nobodys = [...names.keys()].filter((name) => !begun.has(name)).map((name) => `nobody has registered ${name}`);
  const rows = Map.groupBy(appended, ({ userId }) => userId);
  const tooMany = load.registered.filter(({ userId, changes }) => (rows.get(userId)?.length ?? 0) > 1 + changes);
  return [
    breach('every request is answered', [], load.unanswered),
    breach('no sound request is refused', load.refused),
    breach(
      'a 201 has its user',
      missing.map(({ userId, username }) => `${username}, answered as ${userId}, is not in the database`),
    ),
    breach('a key registers one user', [...load.answeredOtherwise, ...several, ...nobodys]),
    // what was not answered may have been carried out
    load.unanswered + load.refused.length > 0
      ? undefined
      : breach(
          'a change has one event',
          tooMany.map(({ userId, changes }) => `${userId}, ${1 + changes} answers, ${rows.get(userId)?.length} events`),
        ),
  ];
}

function notOnce({ records, inZombiesHand }: ServicesEvidence): readonly string[] {
  const times = Map.groupBy(records, ({ headers }) => headerText(headers, 'ce_id') ?? '');
  return inZombiesHand.flatMap((id) => {
    const there = times.get(id)?.length ?? 0;
    return there === 1 ? [] : [`${id} is there ${there} times`];
  });
}

interface ApiVerdict {
  readonly lost: readonly string[];
  readonly unknown: readonly string[];
  readonly doubleEffects: readonly string[];
  readonly outOfOrder: readonly string[];
}

function judgeApi({ hears, effects }: ApiEvidence, appended: readonly AppendedEvent[]): ApiVerdict {
  const wanted = appended.filter(({ type }) => hears.includes(type));
  const ids = new Set(wanted.map(({ eventId }) => eventId));
  const ofEvent = Map.groupBy(effects, ({ eventId }) => eventId);
  const firsts = [...ofEvent.values()].flatMap(([first]) => first ?? []);
  return {
    lost: [...ids].filter((id) => !ofEvent.has(id)),
    unknown: [...ofEvent.keys()].filter((id) => !ids.has(id)),
    doubleEffects: [...ofEvent].flatMap(([id, each]) => each.slice(1).map(() => id)),
    outOfOrder: usersOutOfOrder(wanted, firsts),
  };
}

function apiBreaches({
  api: { api, overlaps },
  ...found
}: ApiVerdict & { readonly api: ApiEvidence }): readonly (Breach | undefined)[] {
  return [
    breach(`${api}: every event has its effect`, found.lost),
    breach(`${api}: no effect without an event`, found.unknown),
    breach(`${api}: one effect per event`, found.doubleEffects),
    breach(`${api}: a user's effects are in order`, found.outOfOrder),
    breach(`${api}: no two calls of a user at once`, [], overlaps),
  ];
}

function countOf(
  { appended, apis }: ServicesEvidence,
  outbox: OutboxVerdict,
  found: readonly ApiVerdict[],
): HonestCount {
  return {
    ...nothingCounted,
    events: appended.length,
    writtenTwice: outbox.repeated,
    calls: apis.reduce((sum, { calls }) => sum + calls, 0),
    lost: [...new Set([...outbox.lost, ...found.flatMap(({ lost }) => lost)])],
    doubleEffects: found.reduce((sum, { doubleEffects }) => sum + doubleEffects.length, 0),
    outOfOrder: [...outbox.outOfOrder, ...found.flatMap(({ outOfOrder }) => outOfOrder)],
    overlaps: apis.flatMap(({ api, overlaps }) => Array.from({ length: overlaps }, () => api)),
  };
}
