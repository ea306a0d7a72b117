import type { KafkaRecord } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';

/** Why a record is given up on without a call: too much waits for its key. */
export function keyOverflow({ topic, partition, offset }: KafkaRecord): ServiceError {
  const what = `too much waits for the key of offset ${offset} in partition ${partition} of ${topic}`;
  return new ServiceError('KEY_OVERFLOW', what);
}

/** The same where it would be gone before it is called. */
export function retentionNear({ topic, partition, offset }: KafkaRecord): ServiceError {
  const what = `retention may delete offset ${offset} in partition ${partition} of ${topic} before it can be called`;
  return new ServiceError('RETENTION_NEAR', what);
}
