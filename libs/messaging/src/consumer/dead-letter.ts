import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../errors/error-codes.ts';
import type { KafkaRecord, OutgoingRecord } from '../ports/record.ts';
import type { ServiceError } from '../errors/service-error.ts';

/** Where the group's dead letters of a topic go. */
export function deadLetterTopicOf(topic: string, group: string): string {
  return `${topic}.${group}.dlq`;
}

const wholeNumber = z.string().regex(/^\d+$/);

/** The headers that a dead letter has beside those of its record, as text. */
export const deadLetterHeaders = z.object({
  millrace_dlq_code: z.enum(Object.keys(errorCodes) as [ErrorCode]).describe('Why, as a code of docs/errors.md.'),
  millrace_dlq_message: z
    .string()
    .describe('Why, in words: what was attempted last and what came back. No personal data in it.'),
  millrace_dlq_status: wholeNumber.optional().describe("HTTP status of the API's answer, where there was one."),
  millrace_dlq_attempts: wholeNumber.describe('Calls made; 0 where the record could not even be read.'),
  millrace_dlq_first_at: z.iso.datetime().describe('When it was first worked on.'),
  millrace_dlq_last_at: z.iso.datetime().describe('When it was given up on.'),
  millrace_dlq_topic: z.string().describe('Topic of the record.'),
  millrace_dlq_partition: wholeNumber.describe('Partition of the record.'),
  millrace_dlq_offset: wholeNumber.describe('Offset of the record.'),
});

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
  return {
    topic: deadLetterTopicOf(record.topic, group),
    key: record.key,
    value: record.value,
    headers: { ...record.headers, ...headersOf(record, reason) },
  };
}

function headersOf(
  { topic, partition, offset }: KafkaRecord,
  { failure, attempts, firstAt, lastAt }: DeadLetterReason,
): z.input<typeof deadLetterHeaders> {
  return {
    millrace_dlq_code: failure.code,
    millrace_dlq_message: failure.message,
    ...(failure.status !== undefined && { millrace_dlq_status: String(failure.status) }),
    millrace_dlq_attempts: String(attempts),
    millrace_dlq_first_at: firstAt.toISOString(),
    millrace_dlq_last_at: lastAt.toISOString(),
    millrace_dlq_topic: topic,
    millrace_dlq_partition: String(partition),
    millrace_dlq_offset: String(offset),
  };
}
