import type { Clock } from '@millrace/messaging';
import type { KafkaError } from './answer.ts';

/** What a client may ask. `offsets`: what the group has stored; `ends`: from where to where a log goes. */
export type Api = 'join' | 'sync' | 'heartbeat' | 'leave' | 'commit' | 'offsets' | 'ends' | 'fetch';

/** A request as it leaves its process. */
export interface SentRequest {
  /** Name of the process. */
  readonly from: string;
  /** Number of the broker it goes to; the coordinator is 0. */
  readonly node: number;
  readonly api: Api;
}

/** How one request fares. What is left out is as usual. */
export interface Fate {
  /** How long it takes to arrive. Requests of one connection never overtake each other, nor do their answers. */
  readonly requestMs?: number;
  readonly answerMs?: number;
  /** It never arrives, or it is handled and its answer never arrives. */
  readonly lost?: 'request' | 'answer';
  /** When the client finds out that something was lost. @default the timeout of its requests */
  readonly noticedMs?: number;
  /** The broker refuses it instead of handling it. */
  readonly refused?: KafkaError;
}

/** What lies between processes and brokers, and how it behaves. */
export interface Network {
  /** The world's, not that of a process. */
  readonly clock: Clock;
  readonly random: () => number;
  readonly latencyMs: () => number;
  readonly fate: (request: SentRequest) => Fate | undefined;
  /** Told of each answer as the broker gives it; `value` when it is none of the errors. */
  readonly answered: ((request: SentRequest, answer: KafkaError | 'value' | 'lost') => void) | undefined;
}
