import { randomBytes } from 'node:crypto';
import { register, type Refusal, type Registration } from './registration.ts';

export interface Registered {
  readonly accepted: readonly Registration[];
  readonly refused: readonly Refusal[];
}

const atOnce = 4;

/** Registers `count` new users, a few at a time; `onCount` hears how many have been answered. */
export async function registerAll(
  gateway: string,
  count: number,
  onCount: (answered: number) => void,
  signal: AbortSignal,
): Promise<Registered> {
  const run = Date.now().toString(36) + randomBytes(2).toString('hex');
  const results: (Registration | Refusal)[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      results.push(await register(gateway, run, (next += 1), signal));
      onCount(results.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return {
    accepted: results.filter((result) => 'userId' in result),
    refused: results.filter((result) => 'refused' in result),
  };
}
