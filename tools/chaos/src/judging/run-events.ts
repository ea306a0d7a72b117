import type { RunEvent, RunEventOf, RunRecord } from '@millrace/testing/guarantees';
import { type CommitEntry, eventOf, type MemberEntry } from '../member/member-protocol.ts';
import type { ApiEntry, Evidence, MemberStory } from './evidence.ts';

interface Sender {
  readonly atMs: number;
  readonly member: string;
  readonly confirmedMs: number;
}

type Sent = Extract<CommitEntry, { kind: 'commit-sent' }> & Sender;

const callsPerMember = 1e7;
const instantMs = 1e-6;

/** A call's number in the whole run. */
function callId(members: readonly MemberStory[], member: string, call: number): number {
  return members.findIndex(({ name }) => name === member) * callsPerMember + call;
}

/** The run as guarantees see it. Throws where a commit was stored that no member has sent. */
export function runEvents(evidence: Evidence): readonly RunEvent[] {
  const { members, records } = evidence;
  const appended = oncePerEvent(records).map((record): RunEvent => ({ kind: 'appended', record, atMs: 0 }));
  const told = members.flatMap((member) => [...toldBy(member, evidence), ...fateOf(member, evidence)]);
  const happened = [...told, ...committed(evidence), ...effects(evidence)].toSorted((a, b) => a.atMs - b.atMs);
  const lastMs = happened.at(-1)?.atMs ?? 0;
  return [...appended, ...happened, { kind: 'settled', atMs: lastMs + 1 }];
}

/**
 * What was written twice is called twice, with one idempotency key: the API owes an effect for one of the two, and of the other
 * no more can be asked than of a record that nobody subscribed to, which is its outcome.
 */
function oncePerEvent(records: readonly RunRecord[]): readonly RunRecord[] {
  const events = new Set<string>();
  return records.map((record) => {
    const subscribed = !events.has(eventOf(record));
    events.add(eventOf(record));
    return { ...record, subscribed };
  });
}

function toldBy({ name, entries }: MemberStory, { members }: Evidence): readonly RunEvent[] {
  return entries.flatMap((entry): RunEvent[] => {
    if (entry.kind === 'commit-sent' || entry.kind === 'commit-confirmed' || entry.kind === 'killed') return [];
    return 'call' in entry ? [{ ...entry, call: callId(members, name, entry.call) }] : [entry];
  });
}

/** How it ended, where it could not tell, and when it stood still for longer than the group waits. */
function fateOf({ name, entries, end, stalls }: MemberStory, { sessionTimeoutMs }: Evidence): readonly RunEvent[] {
  const crashedMs = Math.max(end?.atMs ?? 0, entries.at(-1)?.atMs ?? 0) + instantMs;
  const crashed: RunEvent[] = end && end.how !== 'stopped' ? [{ kind: 'crashed', member: name, atMs: crashedMs }] : [];
  return [...stalls.flatMap((stall) => absence(name, stall, entries, sessionTimeoutMs)), ...crashed];
}

function absence(
  member: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  entries: readonly MemberEntry[],
  sessionTimeoutMs: number,
): readonly RunEvent[] {
  if (toMs - fromMs < sessionTimeoutMs) return [];
  const back = entries.find(({ kind, atMs }) => kind === 'granted' && atMs > toMs);
  return [
    { kind: 'stalled', member, atMs: fromMs },
    { kind: 'expired', member, why: 'session timeout', atMs: fromMs + instantMs },
    ...(back ? [{ kind: 'joined', member, atMs: back.atMs - instantMs } as const] : []),
  ];
}

function effects({ api, members }: Evidence): readonly RunEventOf<'effect'>[] {
  const calls = new Map(api.flatMap((entry) => (entry.what === 'called' ? [[entry.call, callerOf(entry)]] : [])));
  return api.flatMap(({ what, call, atMs }) => {
    const caller = what === 'acted' ? calls.get(call) : undefined;
    return caller ? [{ kind: 'effect', call: callId(members, caller.member, caller.call), atMs } as const] : [];
  });
}

/** Who made a call, and which of its own calls it was, as its query tells. */
export function callerOf({ query }: Extract<ApiEntry, { what: 'called' }>): { member: string; call: number } {
  const name = new URLSearchParams(query).get('call') ?? '';
  const at = name.lastIndexOf('.');
  return { member: name.slice(0, at), call: Number(name.slice(at + 1)) };
}

/**
 * Kafka says what it has stored and in which order; the members' journals, whose it was, and between when and when: after it was
 * sent, and before that was confirmed.
 */
function committed(evidence: Evidence): readonly RunEventOf<'committed'>[] {
  const sent = sentCommits(evidence.members);
  const lastMs = new Map<number, number>();
  return evidence.commits.map((commit) => {
    const { topic, partition, offset, metadata, storedAt } = commit;
    const brokerMs = storedAt + evidence.wallToMachineMs;
    const { atMs: sentMs, member, epoch, confirmedMs } = latestBefore(sent.get(nameOf(commit)) ?? [], brokerMs);
    const storedMs = Math.min(Math.max(sentMs, brokerMs), confirmedMs - instantMs);
    const atMs = Math.max(storedMs, lastMs.get(partition) ?? 0);
    lastMs.set(partition, atMs);
    return { kind: 'committed', topic, partition, offset, metadata, member, epoch, atMs };
  });
}

function sentCommits(members: readonly MemberStory[]): Map<string, Sent[]> {
  return Map.groupBy(
    members.flatMap(sentBy).toSorted((a, b) => a.atMs - b.atMs),
    nameOf,
  );
}

function sentBy({ name: member, entries }: MemberStory): readonly Sent[] {
  const confirmed = new Map(
    entries.flatMap((entry) => (entry.kind === 'commit-confirmed' ? [[entry.commit, entry.atMs]] : [])),
  );
  return entries.flatMap((entry): Sent[] =>
    entry.kind === 'commit-sent' ? [{ ...entry, member, confirmedMs: confirmed.get(entry.commit) ?? Infinity }] : [],
  );
}

/** Commits that Kafka has confirmed and not stored, by name. */
export function unstoredCommits({ commits, members, records }: Evidence): readonly string[] {
  const stored = new Set(commits.map(nameOf));
  const topics = new Set(records.map(({ topic }) => topic));
  const confirmed = members
    .flatMap(sentBy)
    .filter(({ confirmedMs, topic }) => confirmedMs < Infinity && topics.has(topic));
  return confirmed
    .filter((sent) => !stored.has(nameOf(sent)) && !stored.has(nameOf({ ...sent, metadata: '' })))
    .map(
      ({ member, topic, partition, offset }) => `${member} was told that ${topic}-${partition} is stored at ${offset}`,
    );
}

function nameOf(commit: Pick<Sent, 'topic' | 'partition' | 'offset' | 'metadata'>): string {
  return `${commit.topic} ${commit.partition} ${commit.offset} ${commit.metadata}`;
}

/** The broker tells whole milliseconds. */
function latestBefore(sent: readonly Sent[], brokerMs: number): Sent {
  const latest = sent.findLast(({ atMs }) => atMs <= brokerMs + 1) ?? sent[0];
  if (!latest) throw new Error('Kafka has stored a commit that no member has sent');
  return latest;
}
