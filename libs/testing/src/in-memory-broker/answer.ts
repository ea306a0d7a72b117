import type { StoreAnswer } from '@millrace/messaging/membership';

/** What a broker says instead of an answer, in Kafka's own words; the last one the client says to itself. */
export type KafkaError =
  | 'COORDINATOR_NOT_AVAILABLE'
  | 'ILLEGAL_GENERATION'
  | 'NOT_COORDINATOR'
  | 'OFFSET_METADATA_TOO_LARGE'
  | 'OFFSET_OUT_OF_RANGE'
  | 'REBALANCE_IN_PROGRESS'
  | 'UNKNOWN_MEMBER_ID'
  | 'UNKNOWN_TOPIC_OR_PARTITION'
  | 'REQUEST_TIMED_OUT';

export type Answer<Value> = { readonly error?: undefined; readonly value: Value } | { readonly error: KafkaError };

/** Answers a request, once, now or later; `lost`: it never will be, and the client finds out by itself. */
export type Reply<Value> = (answer: Answer<Value> | 'lost') => void;

/** The answer of requests that ask for nothing back. */
export const done: Answer<undefined> = { value: undefined };

/** As the client tells it of a commit. */
export function storeAnswer(error: KafkaError): StoreAnswer {
  if (error === 'UNKNOWN_MEMBER_ID') return 'unknown-member';
  return error === 'OFFSET_METADATA_TOO_LARGE' ? 'metadata-too-large' : { unconfirmed: error };
}
