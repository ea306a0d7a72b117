import type { OutgoingRecord, ServiceError } from '@millrace/messaging';

interface Caller {
  resolve(): void;
  reject(error: ServiceError): void;
}

/**
 * One call of `send` from its beginning until Kafka's answer. Its caller may give up before; the records cannot be called
 * back then, so it stays, and the caller's repetition takes it over instead of writing the records again.
 */
export class PendingSend {
  readonly records: readonly OutgoingRecord[];
  /** Sent by itself, so that what another call does wrong does not fail this one. */
  alone = false;
  /** Sent record by record, so that each is refused for itself. */
  oneByOne = false;
  #acknowledged = 0;
  #begun = false;
  #caller: Caller | undefined;

  constructor(records: readonly OutgoingRecord[]) {
    this.records = records;
  }

  /** True once one of its records may have reached Kafka. */
  get begun(): boolean {
    return this.#begun;
  }

  get done(): boolean {
    return this.#acknowledged === this.records.length;
  }

  get abandoned(): boolean {
    return this.#caller === undefined;
  }

  /** What is still to be written. */
  get rest(): readonly OutgoingRecord[] {
    return this.#acknowledged === 0 ? this.records : this.records.slice(this.#acknowledged);
  }

  get topics(): readonly string[] {
    return [...new Set(this.records.map(({ topic }) => topic))];
  }

  begin(): void {
    this.#begun = true;
  }

  /** True when `records` are this call's very record objects in the same order. */
  isRepeatedBy(records: readonly OutgoingRecord[]): boolean {
    return records.length === this.records.length && records.every((record, at) => record === this.records[at]);
  }

  /** Waits for the outcome, for `timeoutMs` at most; then `giveUp` is called and makes the error. */
  wait(timeoutMs: number, giveUp: () => ServiceError): Promise<void> {
    if (this.done) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#caller = undefined;
        reject(giveUp());
      }, timeoutMs);
      const settled = (settle: () => void) => {
        clearTimeout(timer);
        this.#caller = undefined;
        settle();
      };
      this.#caller = {
        resolve: () => settled(resolve),
        reject: (error) => settled(() => reject(error)),
      };
    });
  }

  /** The next `count` records are in Kafka. */
  acknowledge(count: number): void {
    this.#acknowledged += count;
    if (this.done) this.#caller?.resolve();
  }

  fail(error: ServiceError): void {
    this.#caller?.reject(error);
  }
}
