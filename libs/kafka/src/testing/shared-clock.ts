import { type Clock, createSystemClock } from '@millrace/messaging';

/** The machine's time, whose marks all processes share: ms since 1970, but never set back. */
export function createSharedClock(): Clock {
  return { ...createSystemClock(), mark: () => performance.timeOrigin + performance.now() };
}
