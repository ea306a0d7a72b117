import { ServiceError } from '../errors/service-error.ts';
import type { PartitionLease } from './record-source.ts';

/** Why a lease that has ended commits nothing, and why its calls are cut off. */
export function leaseLost({ topic, partition }: Pick<PartitionLease, 'topic' | 'partition'>): ServiceError {
  return new ServiceError('LEASE_LOST', `partition ${partition} of ${topic} is no longer ours`);
}
