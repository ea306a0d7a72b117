import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../errors/error-codes.ts';
import { headerText, type KafkaRecord, type OutgoingRecord } from '../ports/record.ts';
import type { ServiceError } from '../errors/service-error.ts';

/** Where the group's dead letters of a topic go. */
export function deadLetterTopicOf(topic: string, group: string): string {
  return `${topic}.${group}.dlq`;
}

const wholeNumber = z.string().regex(/^\d+$/);

/** Why the record was given up on: a replay drops these, and tells them in `millrace_dlq_history`. */
const reasonHeaders = {
  millrace_dlq_code: z.enum(Object.keys(errorCodes) as [ErrorCode]).describe('Why, as a code of docs/errors.md.'),
  millrace_dlq_message: z
    .string()
    .describe('Why, in words: what was attempted last and what came back. No personal data in it.'),
  millrace_dlq_status: wholeNumber.optional().describe("HTTP status of the API's answer, where there was one."),
  millrace_dlq_attempts: wholeNumber.describe('Calls made; 0 where the record could not even be read.'),
  millrace_dlq_first_at: z.iso.datetime().describe('When it was first worked on; after a replay, since that.'),
  millrace_dlq_last_at: z.iso.datetime().describe('When it was given up on.'),
};

/** Where the record lay, and what makes a replay safe. */
const recordHeaders = {
  millrace_dlq_topic: z.string().describe('Topic of the record.'),
  millrace_dlq_partition: wholeNumber.describe('Partition of the record.'),
  millrace_dlq_offset: wholeNumber.describe('Offset of the record.'),
  millrace_dlq_types: z
    .string()
    .optional()
    .describe('Types of events that the group heard on that topic, separated by commas.'),
  millrace_dlq_key_expires_at: z.iso
    .datetime()
    .optional()
    .describe('Until when the API honours the idempotency key of its calls; absent where none was made, or not known.'),
};

/** Where Kafka did not take all of it. */
const abridgedHeaders = {
  millrace_dlq_left_out: z
    .string()
    .optional()
    .describe('What the record had and the dead letter has not, since it would have been too large for its topic.'),
};

/** What a replay adds. */
const replayHeaders = {
  millrace_dlq_replays: wholeNumber.optional().describe('How often it was replayed; absent where it never was.'),
  millrace_dlq_replay_of: z
    .string()
    .optional()
    .describe('The dead letter that was replayed last, `<topic>/<partition>/<offset>`.'),
  millrace_dlq_history: z
    .string()
    .optional()
    .describe('Why it was given up on before, oldest first: JSON, of the last ten times.'),
};

/** The headers that a dead letter has beside those of its record, as text. */
export const deadLetterHeaders = z.object({
  ...reasonHeaders,
  ...recordHeaders,
  ...abridgedHeaders,
  ...replayHeaders,
});

/** Those of {@link deadLetterHeaders} that tell why, which a replayed record no longer has. */
export const deadLetterReasonHeaders: readonly string[] = Object.keys(reasonHeaders);

/** Why a record is given up on. */
export interface DeadLetterReason {
  readonly failure: ServiceError;
  /** Calls made; 0 where the record could not even be read. */
  readonly attempts: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** As {@link Target.keyTtlMs}: the shortest of all that may have been called. */
  readonly keyTtlMs?: number | undefined;
  /** Types that the group hears on the record's topic. @default not known */
  readonly heardTypes?: readonly string[];
}

/**
 * The dead letter of a record: its key, value bytes and headers as they came, `traceparent` among them, so that the trace
 * goes on through a replay; the reason in headers of its own. Where the record was replayed, what came of it before stays.
 */
export function deadLetterOf(record: KafkaRecord, group: string, reason: DeadLetterReason): OutgoingRecord {
  return {
    topic: deadLetterTopicOf(record.topic, group),
    key: record.key,
    value: record.value,
    headers: { ...record.headers, ...headersOf(record, reason) },
  };
}

function headersOf(record: KafkaRecord, reason: DeadLetterReason): z.input<typeof deadLetterHeaders> {
  const { failure, attempts, firstAt, lastAt, heardTypes } = reason;
  const keyExpiresAt = keyExpiryOf(record, reason);
  return {
    millrace_dlq_code: failure.code,
    millrace_dlq_message: failure.message,
    ...(failure.status !== undefined && { millrace_dlq_status: String(failure.status) }),
    millrace_dlq_attempts: String(attempts),
    millrace_dlq_first_at: firstAt.toISOString(),
    millrace_dlq_last_at: lastAt.toISOString(),
    millrace_dlq_topic: record.topic,
    millrace_dlq_partition: String(record.partition),
    millrace_dlq_offset: String(record.offset),
    ...(heardTypes && { millrace_dlq_types: heardTypes.join(',') }),
    ...(keyExpiresAt !== undefined && { millrace_dlq_key_expires_at: keyExpiresAt }),
  };
}

/**
 * The API counts from the first call with the key. Where the record was called before its replay, that is the call it counts
 * from, unless it had forgotten that one by the time of the replay.
 */
function keyExpiryOf(record: KafkaRecord, { attempts, firstAt, keyTtlMs }: DeadLetterReason): string | undefined {
  const earlier = headerText(record.headers, 'millrace_dlq_key_expires_at');
  if (attempts === 0 || keyTtlMs === undefined) return earlier;
  if (earlier !== undefined && Date.parse(earlier) > firstAt.getTime()) return earlier;
  return new Date(firstAt.getTime() + keyTtlMs).toISOString();
}
