import { attributeNames, type Logger, spanNames, withSpan } from '@millrace/telemetry';
import { SpanKind } from '@opentelemetry/api';
import type { OutgoingRecord } from '../ports/record.ts';
import type { RecordProducer } from '../ports/record-producer.ts';
import { retryDelayMs, type RetryPolicy } from './retry-policy.ts';
import { ServiceError } from '../errors/service-error.ts';

export interface DeadLetterWriterOptions {
  readonly producer: RecordProducer;
  /** Paces the tries; they never end, since a record that is not written down is not given up. */
  readonly retry: RetryPolicy;
  readonly random: () => number;
}

/** A dead letter on its way to its topic. */
export interface PendingDeadLetter {
  readonly record: OutgoingRecord;
  readonly log: Logger;
  tries: number;
}

/** Writes dead letters, one try at a time. */
export class DeadLetterWriter {
  readonly #options: DeadLetterWriterOptions;

  constructor(options: DeadLetterWriterOptions) {
    this.#options = options;
  }

  /** Never rejects; resolves to undefined once the letter is durable, else to the wait in ms before the next try. */
  async write(letter: PendingDeadLetter): Promise<number | undefined> {
    letter.tries++;
    try {
      await this.#send(letter.record);
      return undefined;
    } catch (error) {
      return this.#failed(letter, ServiceError.from(error));
    }
  }

  #send(record: OutgoingRecord): Promise<void> {
    const attributes = { [attributeNames.messagingSystem]: 'kafka', [attributeNames.topic]: record.topic };
    const options = { kind: SpanKind.PRODUCER, attributes };
    return withSpan(spanNames.publish(record.topic), options, () => this.#options.producer.send([record]));
  }

  #failed({ tries, log, record }: PendingDeadLetter, { code, message }: ServiceError): number {
    const { retry, random } = this.#options;
    const waitMs = retryDelayMs(retry, { attempt: tries, random });
    log.warn({ code, message, dlq: record.topic, tries, retryInMs: Math.round(waitMs) }, 'dead letter not written');
    return waitMs;
  }
}
