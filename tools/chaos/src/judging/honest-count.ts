import { eventOf } from '../member/member-protocol.ts';
import { type CallStory, callStories } from './call-story.ts';
import type { Evidence, MemberStory } from './evidence.ts';
import { type LeaseStory, leaseStories } from './lease-stories.ts';

/** What no idempotency key hides. */
export interface HonestCount {
  readonly events: number;
  /** Records beyond the first of an event: what its writer repeated, not knowing that it had been written. */
  readonly writtenTwice: number;
  readonly calls: number;
  /** Of an event that Kafka had acknowledged, neither an effect nor a dead letter. */
  readonly lost: readonly string[];
  /** Effects beyond the first of an event. */
  readonly doubleEffects: number;
  /** Made again after their 200, by whoever kept the partition or got it in order. */
  readonly againAfter200: readonly CallAgain[];
  /** Made again after a 200 whose member was killed, or had lost the partition, before that was committed. */
  readonly againUncommitted: readonly CallAgain[];
  /** The longest from such a 200 to the end of its lease. */
  readonly oldestUncommittedMs: number;
  /** Made again after a call that died with its member, or was cut off when it lost the partition. */
  readonly againInFlight: number;
  /** What kills and losses may cost in calls: in flight then, and done since the last commit. */
  readonly bound: number;
  /** Made again because the one before had failed. */
  readonly retries: number;
  /** Calls of one event at the API at the same time, neither of which was dead, cut off or standing still. */
  readonly overlaps: readonly string[];
  /** Calls that a member sent after it had stood still for longer than its session, under a lease from before. */
  readonly afterLease: readonly string[];
  /** Those of them that were not the first after their stop, which may have come between the last look at the lease and the sending. */
  readonly afterLeaseInEarnest: readonly string[];
  /** Requests that came to the API more than once. */
  readonly sentTwice: readonly string[];
  /** First effects of events whose key had had a later one. */
  readonly outOfOrder: readonly string[];
  readonly deadLetters: number;
}

/** For runs in which not all of it can be seen. */
export const nothingCounted: HonestCount = {
  events: 0,
  writtenTwice: 0,
  calls: 0,
  lost: [],
  doubleEffects: 0,
  againAfter200: [],
  againUncommitted: [],
  oldestUncommittedMs: 0,
  againInFlight: 0,
  bound: 0,
  retries: 0,
  overlaps: [],
  afterLease: [],
  afterLeaseInEarnest: [],
  sentTwice: [],
  outOfOrder: [],
  deadLetters: 0,
};

/** A call and the one before it. */
export interface CallAgain {
  readonly before: CallStory;
  readonly again: CallStory;
}

/** Counts from what members, API and Kafka have told, each for itself. */
export function honestCount(evidence: Evidence): HonestCount {
  const calls = callStories(evidence);
  const ofEvent = Map.groupBy(calls, ({ record }) => eventOf(record));
  const leases = new Map(evidence.members.map((member) => [member, leaseStories(member)]));
  const outcomes = new Map(evidence.members.map((member) => [member, outcomesOf(member)]));
  const late = lateCalls(calls, leases, evidence);
  const letters = lettersOf(evidence);
  const again = [...Map.groupBy(calls, ({ record }) => record.id).values()]
    .flatMap((each) => repeats(each))
    .map((pair) => ({ ...pair, why: whyOf(pair, leases) }));
  const of = (why: Why) => again.filter((each) => each.why === why);
  return {
    events: evidence.acknowledged.size,
    writtenTwice: evidence.records.length - new Set(evidence.records.map(eventOf)).size,
    calls: calls.length,
    lost: lostEvents(evidence, ofEvent, letters),
    doubleEffects: doubleEffects(evidence),
    againAfter200: of('after its 200'),
    againUncommitted: of('uncommitted'),
    oldestUncommittedMs: of('uncommitted').reduce((most, { before }) => Math.max(most, waitedMs(before, leases)), 0),
    againInFlight: of('in flight').length,
    bound: calls.filter((call) => mayBeMadeAgain(call, leases, outcomes)).length,
    retries: of('failed').length,
    overlaps: [...ofEvent].flatMap(([event, each]) => (overlap(each) ? [event] : [])),
    afterLease: late.flat(),
    afterLeaseInEarnest: late.flatMap((ofStop) => ofStop.slice(1)),
    sentTwice: calls.filter(({ arrivedMs }) => arrivedMs.length > 1).map(({ record }) => record.id),
    outOfOrder: outOfOrder(calls),
    deadLetters: letters.size,
  };
}

function lettersOf({ members }: Evidence): ReadonlySet<string> {
  const letters = members.flatMap(({ entries }) => entries.filter((entry) => entry.kind === 'letter'));
  return new Set(letters.map(eventOf));
}

function lostEvents(
  { acknowledged }: Evidence,
  ofEvent: ReadonlyMap<string, readonly CallStory[]>,
  letters: ReadonlySet<string>,
): readonly string[] {
  const hasActed = (event: string) => ofEvent.get(event)?.some(({ actedMs }) => actedMs !== undefined) ?? false;
  return [...acknowledged.keys()].filter((event) => !hasActed(event) && !letters.has(event));
}

/** By the API alone. */
function doubleEffects({ api }: Evidence): number {
  const keys = new Map(api.flatMap((entry) => (entry.what === 'called' ? [[entry.call, entry.idempotencyKey]] : [])));
  const acted = api.filter(({ what }) => what === 'acted');
  return acted.length - new Set(acted.map(({ call }) => keys.get(call))).size;
}

/**
 * Each call but the first, with the one before that says most: the last where that failed, else an accepted one, else the last.
 * One that was accepted elsewhere, and came again when its member was killed, may fail then: its retry is owed to that.
 */
function repeats(calls: readonly CallStory[]): readonly CallAgain[] {
  return calls.slice(1).map((again, at) => {
    const earlier = calls.slice(0, at + 1);
    const last = earlier.at(-1) as CallStory;
    const accepted = earlier.findLast(({ ended }) => ended?.result === 'accepted' && ended.atMs < again.startedMs);
    return { before: last.ended?.result === 'failed' ? last : (accepted ?? last), again };
  });
}

type Why = 'after its 200' | 'uncommitted' | 'in flight' | 'failed';

type Leases = ReadonlyMap<MemberStory, readonly LeaseStory[]>;

function whyOf({ before, again }: CallAgain, leases: Leases): Why {
  const { ended } = before;
  const lease = leaseOf(before, leases);
  if (ended?.result === 'accepted')
    return lease?.end === 'killed' || lease?.end === 'lost' ? 'uncommitted' : 'after its 200';
  // what was cut off by its deadline, its member repeats under the same lease
  const isSame = lease !== undefined && lease === leaseOf(again, leases);
  return ended?.result === 'failed' || isSame ? 'failed' : 'in flight';
}

/** The lease under which a call was made. */
function leaseOf({ member, record, startedMs }: CallStory, leases: Leases): LeaseStory | undefined {
  return leases
    .get(member)
    ?.findLast(
      ({ topic, partition, fromMs }) => topic === record.topic && partition === record.partition && fromMs <= startedMs,
    );
}

/** From the 200 to the end of the lease. */
function waitedMs(call: CallStory, leases: Leases): number {
  return (leaseOf(call, leases)?.toMs ?? 0) - (call.ended?.atMs ?? 0);
}

/** Of each stop that was longer than a session, the records whose calls came to the API after it, under a lease from before. */
function lateCalls(
  calls: readonly CallStory[],
  leases: Leases,
  { members, sessionTimeoutMs }: Evidence,
): readonly (readonly string[])[] {
  const stops = members.flatMap((member) => member.stalls.map((stall) => ({ member, ...stall })));
  return stops.map(({ member, fromMs, toMs }) => {
    if (toMs - fromMs < sessionTimeoutMs) return [];
    const after = calls.filter((call) => call.member === member && (call.arrivedMs[0] ?? 0) > toMs);
    return after.filter((call) => (leaseOf(call, leases)?.fromMs ?? Infinity) < fromMs).map(({ record }) => record.id);
  });
}

/** Whether a call was in flight, or accepted and not committed, when its lease came to a bad end. */
function mayBeMadeAgain(
  call: CallStory,
  leases: Leases,
  outcomes: ReadonlyMap<MemberStory, ReadonlyMap<string, number>>,
): boolean {
  const lease = leaseOf(call, leases);
  if (!lease || lease.end === 'still held') return false;
  if (call.ended?.result !== 'accepted') return call.ended?.result !== 'failed';
  if (lease.end === 'in order') return false;
  return (outcomes.get(call.member)?.get(call.record.id) ?? Infinity) > lease.keptMs;
}

/** When each record had its outcome at a member, by its name. */
function outcomesOf({ entries }: MemberStory): ReadonlyMap<string, number> {
  return new Map(entries.flatMap((entry) => (entry.kind === 'outcome' ? [[entry.id, entry.atMs]] : [])));
}

/** Whether one came to the API while another one was there that was still wanted. */
function overlap(calls: readonly CallStory[]): boolean {
  return calls.some((later, at) => calls.slice(0, at).some((earlier) => isWanted(earlier, later.arrivedMs[0])));
}

function isWanted({ arrivedMs: [arrivedMs], overMs = Infinity, ...call }: CallStory, atMs = Infinity): boolean {
  if (arrivedMs === undefined || atMs === Infinity || arrivedMs > atMs || overMs <= atMs) return false;
  const { end, stalls } = call.member;
  const gone = end !== undefined && end.how !== 'stopped' && (end.atMs ?? lastMs(call.member)) <= atMs;
  const still = stalls.some(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs);
  const forgotten = Math.min(call.ended?.atMs ?? Infinity, call.abortedMs ?? Infinity) <= atMs;
  return !gone && !still && !forgotten;
}

function lastMs({ entries }: MemberStory): number {
  return entries.at(-1)?.atMs ?? 0;
}

function outOfOrder(calls: readonly CallStory[]): readonly string[] {
  const acted = calls.filter(({ actedMs }) => actedMs !== undefined);
  const inOrder = acted.toSorted((a, b) => (a.actedMs ?? 0) - (b.actedMs ?? 0));
  const first = new Map(inOrder.toReversed().map((call) => [eventOf(call.record), call]));
  const last = new Map<string, number>();
  return inOrder
    .filter((call) => first.get(eventOf(call.record)) === call)
    .filter(({ record: { key, offset } }) => {
      const before = last.get(key ?? '') ?? -1;
      last.set(key ?? '', Math.max(before, offset));
      return offset < before;
    })
    .map(({ record }) => record.id);
}
