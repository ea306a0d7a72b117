import type { MemberEntry } from '../member/member-protocol.ts';
import type { MemberStory } from './evidence.ts';

/** How a lease came to its end: in order, with nothing left behind; or otherwise, be it by the death of its member. */
export type LeaseEnd = 'in order' | 'lost' | 'killed' | 'still held';

/** One partition while a member held it. */
export interface LeaseStory {
  readonly topic: string;
  readonly partition: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly end: LeaseEnd;
  /** When the last commit was asked for that was confirmed later: whatever was known then is kept. */
  readonly keptMs: number;
}

/** The leases of a member, in the order in which they were granted. */
export function leaseStories({ entries, end }: MemberStory): readonly LeaseStory[] {
  return entries.flatMap((granted): LeaseStory[] => {
    if (granted.kind !== 'granted') return [];
    const its = entries.filter((entry) => isOf(granted, entry));
    const lost = its.find(({ kind }) => kind === 'lost');
    const released = its.some((entry) => entry.kind === 'released' && !entry.unconfirmed);
    const over = end?.how === 'killed' || end?.how === 'by itself' ? 'killed' : 'still held';
    const { topic, partition, atMs: fromMs } = granted;
    const toMs = lost?.atMs ?? (end ? (entries.at(-1)?.atMs ?? fromMs) : Infinity);
    const leaseEnd = released ? 'in order' : lost ? 'lost' : over;
    return [{ topic, partition, fromMs, toMs, end: leaseEnd, keptMs: keptMs(its) }];
  });
}

function isOf(
  granted: Extract<MemberEntry, { kind: 'granted' }>,
  entry: MemberEntry,
): entry is Extract<MemberEntry, { kind: 'lost' | 'released' | 'commit-sent' | 'commit-confirmed' }> {
  if (!['lost', 'released', 'commit-sent', 'commit-confirmed'].includes(entry.kind)) return false;
  const { topic, partition, epoch } = entry as Extract<MemberEntry, { kind: 'released' }>;
  return topic === granted.topic && partition === granted.partition && epoch === granted.epoch;
}

function keptMs(entries: readonly MemberEntry[]): number {
  const last = entries.findLast((entry) => entry.kind === 'commit-confirmed');
  const sent = entries.find((entry) => entry.kind === 'commit-sent' && entry.commit === last?.commit);
  return sent?.atMs ?? -Infinity;
}
