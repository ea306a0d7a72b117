import type { Commit } from '@millrace/messaging';
import { finishedIn } from './finished.ts';
import type { RunEvent, RunEventOf, RunRecord } from './run-event.ts';

type Kind = RunEvent['kind'];

const descriptions: { readonly [K in Kind]: (event: RunEventOf<K>) => string } = {
  appended: ({ record }) => `${record.id} appended at ${place(record)}@${record.offset}, ${keyOf(record)}`,
  removed: ({ id, why }) => `${id} removed: ${why}`,
  'log-started': (event) => `${place(event)} made anew`,
  granted: (event) => `${event.member} granted ${leaseOf(event)}, committed: ${commitOf(event.committed)}`,
  lost: (event) => `${event.member} lost ${leaseOf(event)}`,
  released: (event) => `${event.member} let ${leaseOf(event).replace(',', ' go,')}${unconfirmed(event)}`,
  'call-started': ({ member, call, id, attempt, idempotencyKey }) =>
    `${member} call ${call} of ${id} started, attempt ${attempt}, key ${idempotencyKey}`,
  'call-aborted': ({ call }) => `call ${call} told to stop`,
  'call-ended': ({ call, result }) => `call ${call} ended: ${result}`,
  effect: ({ call }) => `call ${call} took effect`,
  letter: ({ id }) => `${id} durable as a dead letter`,
  outcome: ({ member, id, outcome }) => `${member} ${id} ${outcome}`,
  committed: (event) => `${event.member} committed ${place(event)}: ${commitOf(event)}${ownedBy(event)}`,
  'offsets-set': (event) => `${place(event)} set by somebody else: ${commitOf(event.committed)}`,
  held: ({ member, records, bytes, topic, partition }) =>
    `${member} holds ${records} records, ${bytes} bytes${topic === undefined ? '' : ` of ${topic}-${partition}`}`,
  crashed: ({ member }) => `${member} crashed`,
  joined: ({ member }) => `${member} joined the group`,
  stalled: ({ member }) => `${member} stands still`,
  expired: ({ member, why }) => `${member} expired: ${why}`,
  stopped: ({ member }) => `${member} stopped`,
  settled: () => 'all faults over, everything had its time',
};

/** One line: when, who, what. */
export function describeEvent(event: RunEvent): string {
  const describe = descriptions[event.kind] as (event: RunEvent) => string;
  return `${(event.atMs / 1_000).toFixed(3).padStart(10)} s  ${describe(event)}`;
}

function place({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}-${partition}`;
}

function leaseOf(event: RunEventOf<'granted' | 'lost' | 'released'>): string {
  return `${place(event)}, epoch ${event.epoch}`;
}

function unconfirmed(event: RunEventOf<'released'>): string {
  return event.unconfirmed ? ', its commits unconfirmed' : '';
}

function keyOf({ key, subscribed }: RunRecord): string {
  return `${key === null ? 'no key' : `key ${key}`}${subscribed ? '' : ', not subscribed'}`;
}

function commitOf(commit: Commit | undefined): string {
  if (!commit) return 'nothing';
  const ranges = finishedIn(commit).beyond.map(({ from, to }) => (to === from + 1 ? `${from}` : `${from}-${to - 1}`));
  return ranges.length === 0 ? `offset ${commit.offset}` : `offset ${commit.offset} and ${ranges.join(', ')}`;
}

function ownedBy({ member, owner }: RunEventOf<'committed'>): string {
  if (owner === undefined || owner === member) return '';
  return owner === null ? ', owned by nobody' : `, owned by ${owner}`;
}
