import type { RunRecord } from '@millrace/testing/guarantees';
import type { MemberEntry } from '../member/member-protocol.ts';
import type { ApiEntry, Evidence, MemberStory } from './evidence.ts';
import { callerOf } from './run-events.ts';

type Of<Kind extends MemberEntry['kind']> = Extract<MemberEntry, { readonly kind: Kind }>;

/** One call, as the member that made it and the API tell it. */
export interface CallStory {
  readonly member: MemberStory;
  readonly record: RunRecord;
  readonly startedMs: number;
  /** How it ended for its member; undefined where it died first. */
  readonly ended: Of<'call-ended'> | undefined;
  readonly abortedMs: number | undefined;
  /** When it came to the API; more than once: somebody sent it again behind the engine's back. */
  readonly arrivedMs: readonly number[];
  readonly actedMs: number | undefined;
  /** When the API answered, or saw that its caller was gone. */
  readonly overMs: number | undefined;
}

/** All calls, in the order in which they began. */
export function callStories({ records, members, api }: Evidence): readonly CallStory[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const seen = seenCalls(api);
  return members.flatMap((member) => storiesOf(member, byId, seen)).toSorted((a, b) => a.startedMs - b.startedMs);
}

function storiesOf(
  member: MemberStory,
  records: ReadonlyMap<string, RunRecord>,
  seen: ReadonlyMap<string, SeenAtApi>,
): readonly CallStory[] {
  const ends = new Map<number, Of<'call-ended'>>();
  const aborts = new Map<number, number>();
  for (const entry of member.entries)
    if (entry.kind === 'call-ended') ends.set(entry.call, entry);
    else if (entry.kind === 'call-aborted') aborts.set(entry.call, entry.atMs);
  return member.entries.flatMap((entry): CallStory[] => {
    const record = entry.kind === 'call-started' ? records.get(entry.id) : undefined;
    if (entry.kind !== 'call-started' || !record) return [];
    const { arrivedMs = [], actedMs, overMs } = seen.get(`${member.name}.${entry.call}`) ?? {};
    const [ended, abortedMs] = [ends.get(entry.call), aborts.get(entry.call)];
    return [{ member, record, startedMs: entry.atMs, ended, abortedMs, arrivedMs, actedMs, overMs }];
  });
}

interface SeenAtApi {
  arrivedMs: number[];
  actedMs: number | undefined;
  overMs: number | undefined;
}

/** By `member.call`. */
function seenCalls(api: readonly ApiEntry[]): ReadonlyMap<string, SeenAtApi> {
  const names = new Map<number, string>();
  const seen = new Map<string, SeenAtApi>();
  for (const entry of api) {
    if (entry.what === 'called') {
      const { member, call } = callerOf(entry);
      names.set(entry.call, `${member}.${call}`);
    }
    const name = names.get(entry.call) ?? '';
    const one = seen.get(name) ?? { arrivedMs: [], actedMs: undefined, overMs: undefined };
    seen.set(name, one);
    if (entry.what === 'called') one.arrivedMs.push(entry.atMs);
    else if (entry.what === 'acted') one.actedMs ??= entry.atMs;
    else one.overMs ??= entry.atMs;
  }
  return seen;
}
