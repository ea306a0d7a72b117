import { headerText, type OutgoingRecord, type RecordProducer, ServiceError } from '@millrace/messaging';

/** A Kafka of the tests: acknowledges at once, unless it is told to fail or to keep the sender waiting. */
export class FakeProducer implements RecordProducer {
  /** Each call of `send`, whatever came of it. */
  readonly tries: (readonly OutgoingRecord[])[] = [];
  /** What consumers would see. */
  readonly written: OutgoingRecord[] = [];
  #writesBeforeFailing = Infinity;
  readonly #refused = new Set<string>();
  #gate = Promise.resolve();

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    this.tries.push(records);
    await this.#gate;
    if (records.some(({ value }) => this.#refused.has(value?.toString() ?? ''))) {
      throw new ServiceError('RECORD_REFUSED', 'the record is too large');
    }
    this.written.push(...records.slice(0, this.#writesBeforeFailing));
    if (this.#writesBeforeFailing < records.length) {
      throw new ServiceError('BROKER_UNAVAILABLE', 'no broker could be reached');
    }
  }

  /** From now on each send fails, having written the first `writes` of its records. */
  fail({ writes = 0 }: { readonly writes?: number } = {}): void {
    this.#writesBeforeFailing = writes;
  }

  /** From now on whatever is sent with a record of this value is refused for good, until `accept`. */
  refuse(value: string): void {
    this.#refused.add(value);
  }

  accept(value: string): void {
    this.#refused.delete(value);
  }

  recover(): void {
    this.#writesBeforeFailing = Infinity;
  }

  /** From now on acknowledgements wait until the function returned is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  /** The ids of the written events. */
  eventIds(): (string | undefined)[] {
    return this.written.map(({ headers }) => headerText(headers, 'ce_id'));
  }

  /** The values of the written records, as text. */
  values(): (string | undefined)[] {
    return this.written.map(({ value }) => value?.toString());
  }
}
