import type { ConsumerState, NamedTargetState, PartitionState } from '@millrace/messaging';
import { z } from 'zod';
import { spokenDuration } from './spoken-duration.ts';

const offset = z.int().nonnegative();
const count = z.int().nonnegative();

const partitionReport = z.object({
  partition: z.string().describe('Topic and number: `user-events/3`.'),
  state: z
    .string()
    .describe('`reading`, `draining`, `refused`, or `paused: ` and why; docs/observing.md has what to do.'),
  lag: count.optional().describe('Offsets from the committed one to the end.'),
  committed: offset.optional(),
  next: offset.optional().describe('The first offset that was not read.'),
  end: offset.optional(),
  held: z.string().describe('In memory: queued, being called or waiting for a retry.'),
  running: count.describe('Calls.'),
  retrying: count.describe('Records that wait for their next attempt.'),
  finishedBeyond: count.describe('Offsets that are done past one that is not.'),
  offsetMap: z.string().describe('How full the map of these is.'),
  oldest: z.string().optional().describe('The oldest record without an outcome, of those read.'),
  keptFor: z.string().optional().describe('Until retention may delete that record.'),
});

/** A consumer as a person reads it at three in the morning: no keys, no contents. */
export const consumerReport = z
  .object({
    group: z.string(),
    membership: z.string().describe('`joined`, or what is missing.'),
    held: z.string(),
    running: z.string().describe('Calls, of those that may run at the same time.'),
    targets: z.record(z.string(), z.string()).describe('`open`, or for how long no call will start and why, by API.'),
    partitions: z.array(partitionReport).describe('Those that are ours; first what is not being read, then by age.'),
  })
  .meta({ id: 'ConsumerReport' });

/** Says a consumer's state in the form of {@link consumerReport}. */
export function describeConsumer(state: ConsumerState): z.infer<typeof consumerReport> {
  const { group, notJoined, held, concurrency, targets, partitions } = state;
  const running = partitions.reduce((sum, each) => sum + each.running, 0);
  return {
    group,
    membership: notJoined === undefined ? 'joined' : `not joined: ${notJoined}`,
    held: spokenHeld(held.records, held.bytes),
    running: `${running} of ${concurrency}`,
    targets: Object.fromEntries(targets.map((target) => [target.name, spokenTarget(target)])),
    partitions: partitions.toSorted(worstFirst).map(describePartition),
  };
}

function describePartition(state: PartitionState): z.infer<typeof partitionReport> {
  const { topic, partition, status, why, lag, committed, next, end, running, retrying, finishedBeyond } = state;
  return {
    partition: `${topic}/${partition}`,
    state: why === undefined ? status : `${status}: ${why}`,
    ...defined({ lag, committed, next, end }),
    held: spokenHeld(state.heldRecords, state.heldBytes),
    running,
    retrying,
    finishedBeyond,
    offsetMap: `${state.mapChars} of 4088 characters`,
    ...defined({ oldest: spokenOldest(state), keptFor: spokenKeptFor(state) }),
  };
}

function worstFirst(one: PartitionState, other: PartitionState): number {
  const reading = Number(one.status === 'reading') - Number(other.status === 'reading');
  return reading || (other.oldest?.heldMs ?? 0) - (one.oldest?.heldMs ?? 0);
}

function spokenHeld(records: number, bytes: number): string {
  return `${records} ${records === 1 ? 'record' : 'records'}, ${Math.ceil(bytes / 1_024)} KiB`;
}

function spokenTarget({ closedForMs, breaker, why }: NamedTargetState): string {
  const reason = why === undefined ? '' : `: ${why}`;
  if (breaker === 'half-open') return `going on step by step${reason}`;
  const untilProbe = breaker === 'open' ? '; then one call probes' : '';
  return closedForMs === undefined ? `open${reason}` : `closed for ${spokenWait(closedForMs)}${untilProbe}${reason}`;
}

function spokenWait(ms: number): string {
  return ms < 1_000 ? 'a moment' : spokenDuration(ms);
}

function spokenOldest({ oldest }: PartitionState): string | undefined {
  if (!oldest) return undefined;
  const age = oldest.ageMs === undefined ? '' : `, ${spokenDuration(oldest.ageMs)} old`;
  return `offset ${oldest.offset}, here for ${spokenDuration(oldest.heldMs)}${age}`;
}

function spokenKeptFor({ keptForMs }: PartitionState): string | undefined {
  if (keptForMs === undefined) return undefined;
  return keptForMs > 0 ? spokenDuration(keptForMs) : 'may be deleted at any time';
}

/** Without what is undefined. */
function defined<Value>(record: Record<string, Value | undefined>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}
