import { mostPerDelivery } from '@millrace/messaging/membership';
import { describeGuarantee, Judge } from '@millrace/testing/guarantees';
import type { Evidence } from './evidence.ts';
import { type CallAgain, type HonestCount, honestCount } from './honest-count.ts';
import { runEvents, unstoredCommits } from './run-events.ts';

/** What a run is held to beside the guarantees. */
export interface Expectations {
  readonly apiHonoursKeys: boolean;
  /** Whether any call may be made again but those that had failed. @default 'kills may' */
  readonly callsAgain?: 'kills may' | 'none' | undefined;
  readonly concurrency: number;
}

/** Something that was not kept. */
export interface Breach {
  readonly name: string;
  /** What was promised, and what happened: which event, key and calls, when. */
  readonly text: string;
}

export interface Verdict {
  readonly count: HonestCount;
  readonly breaches: readonly Breach[];
}

const mostPartitions = 12;
const beyond = { records: mostPartitions * mostPerDelivery, bytes: 1024 * 1024 };
const held = { records: 2_000, bytes: 64 * 1024 * 1024 };
const shown = 3;

/** Holds a run to every guarantee, and to what the counts must be. */
export function judgeRun(evidence: Evidence, expectations: Expectations): Verdict {
  const { apiHonoursKeys, concurrency } = expectations;
  const atMost = { ...held, inFlight: concurrency, beyond };
  const judge = new Judge({ apiHonoursKeys, atMost });
  for (const event of runEvents(evidence)) judge.watch(event);
  const count = honestCount(evidence);
  const broken = judge.broken.map((guarantee) => ({ name: guarantee.name, text: describeGuarantee(guarantee) }));
  return { count, breaches: [...broken, ...countBreaches(count, expectations), ...otherBreaches(evidence)] };
}

function countBreaches(
  count: HonestCount,
  { apiHonoursKeys, callsAgain = 'kills may' }: Expectations,
): readonly Breach[] {
  const none = callsAgain === 'none';
  const uncommitted = count.againUncommitted.length;
  const again = uncommitted + count.againInFlight;
  return [
    breach('nothing is lost', count.lost),
    breach('no call is made again after its 200', count.againAfter200.map(describeAgain)),
    breach('no call begins after its lease', count.afterLeaseInEarnest),
    breach('no request is sent twice', count.sentTwice),
    breach('no two calls of an event at once', count.overlaps),
    breach('first effects of a key are in order', count.outOfOrder),
    ...(none ? [breach('no call is made again', count.againUncommitted.map(describeAgain), again)] : []),
    ...(apiHonoursKeys ? [breach('one effect per key', [], count.doubleEffects)] : []),
    breach(
      'calls made again within the bound',
      [`${again} of at most ${count.bound}`],
      Math.max(0, again - count.bound),
    ),
  ].filter((each) => each !== undefined);
}

/** Undefined where there is nothing. */
export function breach(name: string, cases: readonly string[], times = cases.length): Breach | undefined {
  if (times === 0) return undefined;
  const more = cases.length > shown ? [`and ${cases.length - shown} more`] : [];
  return {
    name,
    text: [`${name}: broken ${times === 1 ? 'once' : `${times} times`}`, ...cases.slice(0, shown), ...more].join(
      '\n  ',
    ),
  };
}

function describeAgain({ before, again }: CallAgain): string {
  const { record, ended, member, startedMs } = before;
  const at = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;
  return (
    `${record.id}, key ${record.key}: ${member.name} called at ${at(startedMs)}, ` +
    `200 at ${at(ended?.atMs ?? Number.NaN)}; ${again.member.name} called again at ${at(again.startedMs)}`
  );
}

function otherBreaches(evidence: Evidence): readonly Breach[] {
  const ended = evidence.members.filter(({ end }) => end?.how === 'by itself').map(({ name }) => name);
  return [
    breach('no process ends by itself', ended),
    breach('a commit that was confirmed is stored', unstoredCommits(evidence)),
  ].filter((each) => each !== undefined);
}
