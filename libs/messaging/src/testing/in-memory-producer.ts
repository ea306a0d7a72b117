import type { OutgoingRecord } from '../ports/record.ts';
import type { RecordProducer } from '../ports/record-producer.ts';

/** A producer without Kafka. */
export class InMemoryProducer implements RecordProducer {
  readonly sent: OutgoingRecord[] = [];
  /** Awaited by every send before its records count as written; throw here to fail it. */
  beforeWrite: () => Promise<void> = () => Promise.resolve();

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    await this.beforeWrite();
    this.sent.push(...records);
  }
}
