import { setMaxListeners } from 'node:events';
import { type HandlerContext, ServiceError } from '@millrace/messaging';
import type { KillPoints } from './kill-points.ts';
import type { Tell } from './member-protocol.ts';

interface Watching {
  readonly member: string;
  readonly tell: Tell;
  readonly points: KillPoints;
}

/** Tells of each call of an API, from its beginning to its end. */
export class WatchedCalls {
  readonly #watching: Watching;
  #calls = 0;

  constructor(watching: Watching) {
    this.#watching = watching;
  }

  /** Makes a call for the record `id`; `make` is given the call's number, which is its own in this process. */
  async make(
    id: string,
    { attempt, idempotencyKey, signal }: HandlerContext,
    make: (call: number) => Promise<unknown>,
  ): Promise<void> {
    const { member, tell, points } = this.#watching;
    const call = ++this.#calls;
    points.reached('call about to begin');
    tell({ kind: 'call-started', call, member, id, attempt, idempotencyKey });
    const aborted = (): void => tell({ kind: 'call-aborted', call });
    setMaxListeners(0, signal); // calls that begin together share it
    signal.addEventListener('abort', aborted, { once: true });
    try {
      const made = make(call);
      setImmediate(() => points.reached('call on its way'));
      await made;
      tell({ kind: 'call-ended', call, result: 'accepted' });
      points.reached('200 received');
    } catch (error) {
      const cutOff = ServiceError.from(error).code === 'CALL_ABORTED';
      tell({ kind: 'call-ended', call, result: cutOff ? 'cut-off' : 'failed' });
      points.reached('call failed');
      throw error;
    } finally {
      signal.removeEventListener('abort', aborted);
    }
  }
}
