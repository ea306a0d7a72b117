import { ServiceError } from '../errors/service-error.ts';

/** Why a call ends before it has an answer. It says nothing about its record. */
export function cutOffSince(why: string): ServiceError {
  return new ServiceError('CALL_ABORTED', `the call was cut off, since ${why}`);
}

export function lostToAnother(): ServiceError {
  return cutOffSince('its partition belongs to another member now');
}
