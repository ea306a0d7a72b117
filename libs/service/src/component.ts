import type { ConsumerState } from '@millrace/messaging';

/** A part of a service with a life: started in the order given, stopped in reverse. */
export interface Component {
  readonly name: string;
  /** Resolves when the part works, or has begun to try where what it needs may be away for a while. Rejects to stop the service. */
  start(): Promise<void>;
  /** Undefined when ready, else what is missing, for people to read. Absent: always ready. */
  notReady?(): string | undefined;
  /** Of a consumer: what `/readyz?verbose` shows. */
  state?(): ConsumerState;
  /** Finishes what is in hand and lets go of everything. Safe to call when never started. */
  stop(): Promise<void>;
}
