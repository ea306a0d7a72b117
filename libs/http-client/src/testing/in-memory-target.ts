import type { Clock } from '@millrace/messaging';
import type { HttpTarget } from '../http-target.ts';
import type { TargetOptions } from '../target-options.ts';
import { targetOn } from '../target-on.ts';
import { type InMemoryApi, InMemoryConnection } from './in-memory-connection.ts';

/** The real target (headers, deadline, classification of answers) of an API in this process, on `clock`. */
export function createInMemoryTarget(
  api: InMemoryApi,
  { clock, ...options }: Omit<TargetOptions, 'baseUrl'> & { readonly clock: Clock },
): HttpTarget {
  const baseUrl = 'http://api.test';
  return targetOn({ open: () => new InMemoryConnection(api), clock }, { ...options, baseUrl });
}
