import type { Logger } from '@millrace/telemetry';
import { OffsetTracker } from './offset-tracker.ts';
import type { PartitionLease } from './record-source.ts';
import { ServiceError } from './service-error.ts';

/** What is underway under one lease: its calls, what of it is finished, and what of that is committed. */
export class LeaseWork {
  readonly lease: PartitionLease;
  readonly tracker: OffsetTracker;
  readonly #log: Logger;
  readonly #calls = new Set<AbortController>();
  #committed: number;
  #commit: Promise<void> | undefined;
  #failing = false;
  #lost = false;

  constructor(lease: PartitionLease, log: Logger) {
    this.lease = lease;
    this.tracker = new OffsetTracker(lease.start);
    this.#committed = lease.start;
    this.#log = log.child({ topic: lease.topic, partition: lease.partition });
  }

  /** True once the partition is another member's: nothing may start, nothing counts. */
  get ended(): boolean {
    return this.#lost || this.lease.signal.aborted;
  }

  /** The first offset that is not committed. */
  get committed(): number {
    return this.#committed;
  }

  /** True while something is finished and not committed. */
  get dirty(): boolean {
    return this.tracker.position !== this.committed;
  }

  /** The controller of a call about to start; hand it back to {@link endCall}. */
  startCall(): AbortController {
    const call = new AbortController();
    this.#calls.add(call);
    return call;
  }

  endCall(call: AbortController): void {
    this.#calls.delete(call);
  }

  /** Cuts off all running calls; `why` completes "the call was cut off, since". */
  abortCalls(why: string): void {
    const reason = new ServiceError('CALL_ABORTED', `the call was cut off, since ${why}`);
    for (const call of this.#calls) call.abort(reason);
  }

  /**
   * Commits what is finished, or joins the commit in flight, which may know less. Never rejects: where it failed the work
   * stays {@link dirty}, or has {@link ended}.
   */
  commit(): Promise<void> {
    this.#commit ??= this.#commitPosition().finally(() => {
      this.#commit = undefined;
    });
    return this.#commit;
  }

  async #commitPosition(): Promise<void> {
    const { position } = this.tracker;
    if (!this.dirty) return;
    try {
      await this.lease.commit(position);
      this.#committed = position;
      this.#failing = false;
    } catch (error) {
      this.#commitFailed(ServiceError.from(error));
    }
  }

  /** One line per row of failures: commits are repeated several times a second. */
  #commitFailed({ code, message }: ServiceError): void {
    this.#lost ||= code === 'LEASE_LOST';
    const level = this.#failing || this.#lost ? 'debug' : 'warn';
    this.#log[level]({ code, message }, 'commit failed');
    this.#failing = true;
  }
}
