import type { KafkaRecord, OutgoingRecord } from './record.ts';
import type { ServiceError } from './service-error.ts';

/** Where the group's dead letters of a topic go. */
export function deadLetterTopicOf(topic: string, group: string): string {
  return `${topic}.${group}.dlq`;
}

/** The headers that say why and when; `status` only where an API answered, times in ISO 8601. */
export const deadLetterHeaders = {
  code: 'millrace_dlq_code',
  message: 'millrace_dlq_message',
  status: 'millrace_dlq_status',
  attempts: 'millrace_dlq_attempts',
  firstAt: 'millrace_dlq_first_at',
  lastAt: 'millrace_dlq_last_at',
  topic: 'millrace_dlq_topic',
  partition: 'millrace_dlq_partition',
  offset: 'millrace_dlq_offset',
} as const;

/** Why a record is given up on. */
export interface DeadLetterReason {
  readonly failure: ServiceError;
  /** Calls made; 0 where the record could not even be read. */
  readonly attempts: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/**
 * The dead letter of a record: its key, value bytes and headers as they came, `traceparent` among them, so that the trace
 * goes on through a replay; the reason in headers of its own.
 */
export function deadLetterOf(record: KafkaRecord, group: string, reason: DeadLetterReason): OutgoingRecord {
  const { failure, attempts, firstAt, lastAt } = reason;
  return {
    topic: deadLetterTopicOf(record.topic, group),
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      [deadLetterHeaders.code]: failure.code,
      [deadLetterHeaders.message]: failure.message,
      ...(failure.status !== undefined && { [deadLetterHeaders.status]: String(failure.status) }),
      [deadLetterHeaders.attempts]: String(attempts),
      [deadLetterHeaders.firstAt]: firstAt.toISOString(),
      [deadLetterHeaders.lastAt]: lastAt.toISOString(),
      [deadLetterHeaders.topic]: record.topic,
      [deadLetterHeaders.partition]: String(record.partition),
      [deadLetterHeaders.offset]: String(record.offset),
    },
  };
}
