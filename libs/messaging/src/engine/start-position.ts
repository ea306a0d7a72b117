import type { PartitionLease } from '../ports/record-source.ts';

/**
 * Where a group without committed offsets begins: at the oldest record, at the next one to come, or not at all (the
 * group's offsets must be there; a missing one is an error).
 */
export type StartAt = 'earliest' | 'latest' | 'committed';

/**
 * Where a group goes on in a partition. `commit`: where it was; `unread` counts the offsets that were deleted before it had
 * read them. `policy`: it was never here, or its offsets have expired. `anew`: the log ends before the commit, so it is
 * another log, made under the same name. `nowhere`: it may not choose a place by itself.
 */
export type StartPosition =
  | { readonly from: 'commit'; readonly offset: number; readonly unread: number }
  | { readonly from: 'policy' | 'anew'; readonly offset: number }
  | { readonly from: 'nowhere' };

export function startPosition(
  { committed, logStart, logEnd }: Pick<PartitionLease, 'committed' | 'logStart' | 'logEnd'>,
  startAt: StartAt,
): StartPosition {
  if (!committed) return withoutCommit({ logStart, logEnd }, startAt);
  if (committed.offset > logEnd) return { from: 'anew', offset: logStart };
  const unread = Math.max(0, logStart - committed.offset);
  return { from: 'commit', offset: committed.offset + unread, unread };
}

function withoutCommit({ logStart, logEnd }: { logStart: number; logEnd: number }, startAt: StartAt): StartPosition {
  if (startAt === 'committed') return { from: 'nowhere' };
  return { from: 'policy', offset: startAt === 'earliest' ? logStart : logEnd };
}
