import type { StartAt } from '@millrace/messaging';

/** What Kafka knows of a partition. `committed`: -1 where the group has none, less where kafkajs has reset it. */
export interface PartitionOffsets {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  /** The oldest offset that is still there. */
  readonly logStart: number;
  /** One past the last record. */
  readonly logEnd: number;
}

/** Where to begin. `unread`: records that retention deleted before the group had read them. */
export type StartPosition =
  | { readonly from: 'commit' | 'policy'; readonly offset: number; readonly unread: number }
  | { readonly from: 'nowhere' };

const neverCommitted = -1;

/**
 * Where a group goes on in a partition. A commit below -1 is what kafkajs writes when an offset is out of range ("begin at
 * the oldest"); it is honoured whatever `startAt` says, since the group has read there before.
 */
export function startPosition({ committed, logStart, logEnd }: PartitionOffsets, startAt: StartAt): StartPosition {
  if (committed >= 0) {
    const unread = Math.max(0, logStart - committed);
    return { from: 'commit', offset: committed + unread, unread };
  }
  if (committed < neverCommitted || startAt === 'earliest') return { from: 'policy', offset: logStart, unread: 0 };
  return startAt === 'latest' ? { from: 'policy', offset: logEnd, unread: 0 } : { from: 'nowhere' };
}
