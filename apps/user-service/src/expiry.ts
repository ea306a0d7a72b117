import type { Component } from '@millrace/service';
import type { Logger } from '@millrace/telemetry';
import type { UserStore } from './user-store.ts';

const intervalMs = 60_000;
const limit = 1_000;

export interface ExpiryOptions {
  readonly store: Pick<UserStore, 'removeExpired'>;
  readonly log: Logger;
}

/** Removes kept answers whose time is over, a thousand a minute: they hold personal data, and nobody may ask for them. */
export function createExpiry({ store, log }: ExpiryOptions): Component {
  let timer: NodeJS.Timeout | undefined;
  const removeExpired = () =>
    store.removeExpired(limit).then(
      () => undefined,
      (error: unknown) => log.warn({ err: error }, 'expired answers could not be removed; tried again in a minute'),
    );
  return {
    name: 'expiry',
    start: async () => {
      await removeExpired();
      timer = setInterval(() => void removeExpired(), intervalMs);
    },
    stop: async () => clearInterval(timer),
  };
}
