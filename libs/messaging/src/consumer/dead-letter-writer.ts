import { abridgedLetter } from './abridged-letter.ts';
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
  /** As which it is tried next. @default 'whole' */
  form?: Form | undefined;
}

type Form = 'whole' | 'compressed' | 'abridged';

/** What is tried when Kafka refuses a form: it may be too large for the topic. */
const smallerThan = { whole: 'compressed', compressed: 'abridged', abridged: undefined } as const;

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
      await this.#send(inForm(letter));
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

  #failed(letter: PendingDeadLetter, { code, message }: ServiceError): number {
    const { form = 'whole', tries, log, record } = letter;
    const fields = { code, message, dlq: record.topic, tries };
    if (code === 'RECORD_REFUSED') letter.form = smallerThan[form];
    if (letter.form && letter.form !== form) {
      log.warn({ ...fields, next: letter.form }, 'dead letter refused; tried in a smaller form');
      return 0;
    }
    const { retry, random } = this.#options;
    const waitMs = retryDelayMs(retry, { attempt: tries, random });
    log.warn({ ...fields, retryInMs: Math.round(waitMs) }, 'dead letter not written');
    return waitMs;
  }
}

function inForm({ form = 'whole', record }: PendingDeadLetter): OutgoingRecord {
  if (form === 'whole') return record;
  return { ...(form === 'abridged' ? abridgedLetter(record) : record), compression: 'gzip' };
}
