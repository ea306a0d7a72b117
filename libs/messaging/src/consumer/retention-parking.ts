import type { Clock } from '../ports/clock.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { PartitionProgress } from '../ports/record-source.ts';

export interface RetentionParkingOptions {
  /** See `ConsumerOptions.parkBeforeMs`. */
  readonly beforeMs: number;
  readonly progress: () => readonly PartitionProgress[];
  /** No call may start just now. */
  readonly isClosed: () => boolean;
  readonly clock: Clock;
  /** Asks of all that is held whether it is to be parked. */
  readonly look: () => void;
}

const [leastEveryMs, mostEveryMs] = [100, 10_000];

/** Says which records are to become dead letters before retention deletes them, and has what is held looked at for it. */
export class RetentionParking {
  readonly #options: RetentionParkingOptions;
  readonly #retentionMs = new Map<string, number | undefined>();
  #stopWaiting: (() => void) | undefined;

  constructor(options: RetentionParkingOptions) {
    this.#options = options;
  }

  start(): void {
    this.#lookSoon();
  }

  stop(): void {
    this.#stopWaiting?.();
  }

  /**
   * Whether it may be deleted within the time that was said, while no call may start; within half of it whatever may. One
   * without a timestamp, or of a topic whose retention is not known, is never.
   */
  isDue({ topic, timestampMs }: KafkaRecord): boolean {
    const { beforeMs, isClosed, clock } = this.#options;
    const retentionMs = this.#retentionOf(topic);
    if (retentionMs === undefined || timestampMs <= 0) return false;
    const leftMs = timestampMs + retentionMs - clock.now();
    return leftMs < beforeMs / 2 || (leftMs < beforeMs && isClosed());
  }

  #retentionOf(topic: string): number | undefined {
    if (!this.#retentionMs.has(topic)) this.#readRetention();
    return this.#retentionMs.get(topic);
  }

  #readRetention(): void {
    for (const { topic, retentionMs } of this.#options.progress()) this.#retentionMs.set(topic, retentionMs);
  }

  #lookSoon(): void {
    const { beforeMs, clock, look } = this.#options;
    const everyMs = Math.min(mostEveryMs, Math.max(leastEveryMs, beforeMs / 20));
    this.#stopWaiting = clock.after(everyMs, () => {
      this.#readRetention();
      look();
      this.#lookSoon();
    });
  }
}
