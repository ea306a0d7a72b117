import { doneOffsets } from '../offsets/done-offsets.ts';
import type { PartitionLease } from '../ports/record-source.ts';

/** How many records were deleted below `start` that a group had not done; what it did out of order is no loss. */
export function unreadRecords({ committed }: Pick<PartitionLease, 'committed'>, start: number): number {
  if (!committed || start <= committed.offset) return 0;
  return start - committed.offset - doneOffsets(committed).count(committed.offset, start);
}
