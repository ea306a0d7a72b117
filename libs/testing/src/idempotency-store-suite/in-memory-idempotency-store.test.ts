import { createInMemoryIdempotencyStore } from '@millrace/messaging';
import { VirtualClock } from '@millrace/messaging/testing';
import { describeIdempotencyStore } from './describe-idempotency-store.ts';

describeIdempotencyStore('memory', async () => {
  const clock = new VirtualClock(0);
  const store = createInMemoryIdempotencyStore({ clock });
  return {
    store,
    other: store,
    pass: async (ms) => {
      clock.after(ms, () => undefined);
      clock.next();
    },
    size: async () => store.size,
    close: async () => undefined,
  };
});
