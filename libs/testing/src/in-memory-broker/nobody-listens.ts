import type { GroupClientListener } from '@millrace/messaging/membership';

/** Of a client that has not been started. */
export const nobodyListens: GroupClientListener = {
  claims: () => ({ owned: [], draining: [] }),
  joined: () => undefined,
  confirmed: () => undefined,
  forgotten: () => undefined,
  fetched: () => undefined,
  failed: () => undefined,
};
