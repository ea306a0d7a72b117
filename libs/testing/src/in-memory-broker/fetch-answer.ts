import type { KafkaRecord } from '@millrace/messaging';
import type { TopicPartition } from '@millrace/messaging/membership';
import type { Reply } from './answer.ts';
import type { Network } from './network.ts';
import type { PartitionLog } from './partition-log.ts';

/** Where a reader wants to go on. */
export interface FetchPosition extends TopicPartition {
  readonly from: number;
}

export interface FetchRequest {
  readonly positions: readonly FetchPosition[];
  /** In all, and of one partition. */
  readonly maxRecords: number;
  readonly maxRecordsPerPartition: number;
  /** How long the answer may wait for something to say. */
  readonly maxWaitMs: number;
}

/** What an answer says of one partition: all there is from `fetchedFrom` to `coveredTo`, or why there is nothing. */
export interface FetchedPart extends TopicPartition {
  readonly fetchedFrom: number;
  readonly coveredTo: number;
  /** One past the last offset of the log. */
  readonly endOffset: number;
  readonly records: readonly KafkaRecord[];
  readonly error?: 'OFFSET_OUT_OF_RANGE' | 'UNKNOWN_TOPIC_OR_PARTITION';
}

type LogOf = (partition: TopicPartition) => PartitionLog | undefined;

export function answerFetch(
  request: FetchRequest,
  logOf: LogOf,
  { clock, random }: Network,
  reply: Reply<readonly FetchedPart[]>,
): void {
  const parts = partsOf(request, logOf, random);
  if (parts.length > 0) return reply({ value: parts });
  const logs = request.positions.flatMap((position) => logOf(position) ?? []);
  const answer = () => {
    forget();
    for (const log of logs) log.waiting.delete(answer);
    reply({ value: partsOf(request, logOf, random) });
  };
  const forget = clock.after(request.maxWaitMs, answer);
  for (const log of logs) log.waiting.add(answer);
}

/** Of all partitions with something to say, as far as there is room, beginning with any. */
function partsOf({ positions, ...limits }: FetchRequest, logOf: LogOf, random: () => number): FetchedPart[] {
  const parts: FetchedPart[] = [];
  let room = limits.maxRecords;
  const first = Math.floor(random() * positions.length);
  for (let index = 0; index < positions.length && room > 0; index++) {
    const position = positions[(first + index) % positions.length];
    const part = position && partOf(position, logOf(position), Math.min(room, limits.maxRecordsPerPartition));
    if (!part) continue;
    parts.push(part);
    room -= part.records.length;
  }
  return parts;
}

function partOf(
  { topic, partition, from }: FetchPosition,
  log: PartitionLog | undefined,
  limit: number,
): FetchedPart | undefined {
  const place = { topic, partition, fetchedFrom: from };
  if (!log) return { ...place, coveredTo: from, endOffset: 0, records: [], error: 'UNKNOWN_TOPIC_OR_PARTITION' };
  const read = log.read(from, limit);
  const endOffset = log.shownEnd;
  if (!read) return { ...place, coveredTo: from, endOffset, records: [], error: 'OFFSET_OUT_OF_RANGE' };
  if (read.coveredTo === from) return undefined;
  return { ...place, coveredTo: read.coveredTo, endOffset, records: read.records };
}
