import type { RateLimit } from '@millrace/http-client';
import type { BatchLimits } from '@millrace/messaging';
import type { Fault } from './fault.ts';

/**
 * What happens in one run, as plain data: what is produced, how the consumer is set, how API and network behave, and what
 * goes wrong when. What is not said here (which record is slow, which answer is lost) is drawn from the run's seed.
 */
export interface Scenario {
  readonly topics: readonly TopicPlan[];
  readonly load: LoadPlan;
  readonly consumer: ConsumerPlan;
  readonly api: ApiPlan;
  readonly network: NetworkPlan;
  /** Members at the start; they join within the first seconds. */
  readonly members: number;
  readonly faults: readonly Fault[];
  /** Whether events are called many at a time. @default each by itself */
  readonly batch?: BatchLimits | undefined;
  /** What the whole group may call. @default as much as it can */
  readonly quota?: RateLimit | undefined;
}

export interface TopicPlan {
  readonly partitions: number;
  /** Records that were there before the group was, from an offset that is not 0 where some were deleted since. */
  readonly backlog: number;
  readonly firstOffset: number;
  /** Of a hundred records, after how many there is a gap, as control and aborted records leave it. */
  readonly gapPercent: number;
}

export interface LoadPlan {
  /** Over all topics, beside their backlogs. */
  readonly records: number;
  readonly overMs: number;
  readonly keys: number;
  /** The share of records that have the same key. */
  readonly hotPercent: number;
  readonly nullKeyPercent: number;
  /** Records of a type that nobody subscribed to. */
  readonly otherTypePercent: number;
  /** Records that cannot be read as their event. */
  readonly invalidPercent: number;
  readonly bytes: number;
}

export interface ConsumerPlan {
  readonly order: 'key' | 'partition' | 'unordered' | 'function';
  readonly concurrency: number;
  readonly callTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly maxElapsedMs: number;
  readonly overflow: 'pause' | 'dead-letter';
  readonly held: { readonly records: number; readonly bytes: number; readonly recordsPerPartition: number };
  readonly maxAgeMs: number | undefined;
}

export interface ApiPlan {
  readonly fastestMs: number;
  readonly slowestMs: number;
  /** Calls that take ten times as long. */
  readonly slowPercent: number;
  readonly failPercent: number;
  readonly rejectPercent: number;
  /** Calls that the API acts on, and of which the answer never comes. */
  readonly unansweredPercent: number;
  readonly hangPercent: number;
  /** Keys of which every call fails, or hangs, until the faults are over. */
  readonly stuckKeys: number;
  readonly stuck: 'fails' | 'hangs';
  /** Whether a handler ends when it is cut off, or goes on until its answer comes. */
  readonly onAbort: 'ends' | 'goes-on';
}

export interface NetworkPlan {
  readonly fastestMs: number;
  readonly slowestMs: number;
  /** Requests to the broker, and answers, that get lost. */
  readonly lossPercent: number;
}
