import type { EventContract, EventName } from './define-event.ts';
import { ServiceError } from '../errors/service-error.ts';

/** Of wrong fields named in one message. */
const longestList = 10;

/** What the contract's schema makes of `data`; throws `INVALID_EVENT` naming the fields that are wrong, and quoting none. */
export function checkData<Data>(contract: EventContract<Data>, data: unknown): Data {
  const parsed = contract.schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const fields = issues.slice(0, longestList).map(({ path, code }) => `${path.join('.') || 'data'} (${code})`);
  const more = issues.length > longestList ? [`${issues.length - longestList} more`] : [];
  throw invalidEvent(contract, `wrong fields: ${[...fields, ...more].join(', ')}`);
}

/** The error of what is no event of this contract. */
export function invalidEvent({ type, version }: EventName, why: string): ServiceError {
  return new ServiceError('INVALID_EVENT', `no valid ${type} (version ${version}): ${why}`);
}
