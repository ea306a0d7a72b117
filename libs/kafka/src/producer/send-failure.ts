import { ServiceError } from '@millrace/messaging';
import { protocolErrorOf, reasonOf, rootCauseOf } from '../connection/kafka-error.ts';

/** What Kafka will say of the same records each time. */
const neverAccepted = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);

/** Errors that kafkajs marks as final, although time mends them. */
const passing = new Set(['KafkaJSLockTimeout', 'KafkaJSTimeout']);

/** Errors that no repetition mends; kafkajs has the same list. */
const bugs = new Set(['RangeError', 'ReferenceError', 'SyntaxError', 'TypeError']);

/**
 * What a failed attempt to write to `topics` means: undefined when the same attempt is to be made again, else the error
 * for the caller, after which the producer that failed is of no more use.
 */
export function sendFailure(error: unknown, topics: readonly string[]): ServiceError | undefined {
  const type = protocolErrorOf(error);
  const where = topics.join(', ');
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return new ServiceError('TOPIC_MISSING', `records could not be written: no topic ${where}`, { cause: error });
  }
  if (isPassing(error)) return undefined;
  const message = `records for ${where} were not accepted: ${reasonOf(error)}`;
  if (type !== undefined && neverAccepted.has(type)) {
    return new ServiceError('RECORD_REFUSED', message, { cause: error });
  }
  return new ServiceError('BROKER_UNAVAILABLE', message, { cause: error });
}

/** Whether a record, or a batch, was larger than its topic takes. */
export function isTooLarge(error: unknown): boolean {
  const type = protocolErrorOf(error);
  return type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE';
}

/** kafkajs wraps what it has tried often enough in a final error; whether time mends it is for its cause to say. */
function isPassing(error: unknown): boolean {
  const root = rootCauseOf(error);
  if (!(root instanceof Error) || bugs.has(root.name)) return false;
  return passing.has(root.name) || !('retriable' in root) || root.retriable !== false;
}
