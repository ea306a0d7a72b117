import { decodeOffsetMap } from '../offsets/offset-map.ts';
import type { PartitionLag } from '../ports/record-source.ts';
import type { PartitionOffsets } from './group-client.ts';
import { decodePlace } from './stored-place.ts';

/**
 * How much a group has still to do in a partition: what lies between its commit, or the oldest record, and the end, without
 * what is done out of order. Thousands of records done beyond one that is stuck are no work any more.
 */
export function lagOf({ topic, partition, stored, logStart, logEnd }: Omit<PartitionOffsets, 'logId'>): PartitionLag {
  const from = Math.max(stored?.offset ?? logStart, logStart);
  const done = stored ? doneBeyond(stored.metadata, stored.offset, logEnd) : 0;
  return { topic, partition, lag: Math.max(0, logEnd - from - done) };
}

function doneBeyond(metadata: string, committed: number, logEnd: number): number {
  const map = decodeOffsetMap(decodePlace(metadata).metadata);
  if (typeof map === 'string' || map.base !== committed) return 0;
  return map.finished.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, logEnd) - from), 0);
}
