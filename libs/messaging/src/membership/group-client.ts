import type { KafkaRecord } from '../ports/record.ts';
import type { Commit } from '../ports/record-source.ts';
import type { Claims } from './claims.ts';
import type { TopicPartition } from './topic-partition.ts';

/** What Kafka knows of a partition, and of a group in it. */
export interface PartitionOffsets extends TopicPartition {
  /** As it is stored: undefined where the group has nothing; below 0 where a client stored "the oldest" by that name. */
  readonly stored: Commit | undefined;
  /** The oldest offset that is still there. */
  readonly logStart: number;
  /** One past the last record, those of open transactions included. */
  readonly logEnd: number;
  /** As {@link PartitionLease.logId}. */
  readonly logId: string;
}

/** A response for one partition: all there is from `fetchedFrom` to `lastOffset`. */
export interface Fetched extends TopicPartition {
  /** The offset that was asked for; undefined where the client does not tell, as kafkajs where no record can be seen. */
  readonly fetchedFrom: number | undefined;
  /** The first offset in the response, which may lie past the one that was asked for. */
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** One past the last record of the partition. */
  readonly endOffset: number;
  /** Gone through once, piece by piece, as the consumer takes them: a client that reads them then keeps bytes alone until then. */
  readonly records: Iterable<KafkaRecord>;
  /** Which of the client's requests it answers, where the client counts them. */
  readonly request?: number;
}

/** One offset of a commit. */
export interface OffsetToStore extends TopicPartition, Commit {
  /** Of the lease; for those who watch, Kafka has nothing like it. */
  readonly epoch?: number;
}

/**
 * How a commit went. `unknown-member`: all that the member held is another's by now. `metadata-too-large`: of at least one,
 * the others may be stored. Else why it is not known to be stored, for people.
 */
export type StoreAnswer = 'stored' | 'unknown-member' | 'metadata-too-large' | { readonly unconfirmed: string };

/**
 * A member of a group as a client library has it, which is not trusted with positions, ownership or commits: those are the
 * business of the {@link LeaseTable} above it. Its methods do not throw.
 */
export interface GroupClient {
  /** How many fetches were sent, where the client counts them; 0 where it does not. */
  readonly requests: number;
  /** Joins the group again as soon as that can be, saying what is held then. */
  rejoin(): void;
  /** The next fetch of the partition begins at `offset`. */
  seek(partition: TopicPartition, offset: number): void;
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
  /** How many partitions the topic has, as far as known. */
  partitionCount(topic: string): number;
  /** Asks the group's coordinator once, under the generation that the member has at the time of the call. Never rejects. */
  store(offsets: readonly OffsetToStore[]): Promise<StoreAnswer>;
  /** Tells of those partitions of which all can be learnt now. May reject. */
  readOffsets(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffsets[]>;
}

/** What a client tells the table above it. The methods return at once. */
export interface GroupClientListener {
  /** It is about to ask to join: what is held? Asked anew whenever it asks again. */
  claims(): Claims;
  /** A new generation. Positions are wrong from now on, and answers from before may still come. */
  joined(assigned: readonly TopicPartition[]): void;
  /** The coordinator has confirmed the membership, after `sentMs` (of the clock's `mark`). */
  confirmed(sentMs: number): void;
  /** The coordinator does not know the member: all it held may be another's. */
  forgotten(): void;
  fetched(fetched: Fetched): void;
  /** A partition could not be read: what was to come next is out of range, or the whole partition is not there. */
  failed(partition: TopicPartition, why: 'out-of-range' | 'not-there'): void;
}
