import type { EventEnvelope, KafkaRecord, Outcome } from '@millrace/messaging';
import type { TestCall } from './test-answer.ts';

/** One event on its way through the consumer: what is known of it so far. */
export class Hearing {
  readonly event: EventEnvelope;
  readonly position: string;
  /** When it was published, on the test's clock. */
  readonly markMs: number;
  readonly calls: TestCall[] = [];
  readonly failures: unknown[] = [];
  ended: { readonly outcome: Outcome; readonly markMs: number } | undefined;

  constructor(event: EventEnvelope, position: string, markMs: number) {
    this.event = event;
    this.position = position;
    this.markMs = markMs;
  }
}

/** Names a record among all that one test consumer hears. */
export function positionOf({ topic, offset }: Pick<KafkaRecord, 'topic' | 'offset'>): string {
  return `${topic} ${offset}`;
}
