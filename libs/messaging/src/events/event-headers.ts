import { z } from 'zod';

/** What makes the consumers' spans children of the publisher's: https://www.w3.org/TR/trace-context/, https://www.w3.org/TR/baggage/ */
export const traceContextHeaders = z.object({
  traceparent: z
    .string()
    .regex(/^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/)
    .optional()
    .describe(
      'W3C trace context of whoever published the event; without it, what its consumers do begins a new trace.',
    ),
  tracestate: z.string().optional().describe("W3C trace context: other tracing systems' own part of it."),
  baggage: z.string().optional().describe('W3C baggage: key-value pairs handed on along the trace.'),
});

/**
 * The headers of an event's record, as text; names are case-sensitive. Whoever publishes writes all but the trace's, which
 * are there when there is a trace. What is optional here is not missed by who reads.
 */
export const eventHeaders = z.object({
  ce_specversion: z.literal('1.0').describe('Version of CloudEvents.'),
  ce_id: z.string().min(1).describe('Unique per event: a record published twice carries the same id.'),
  ce_type: z.string().min(1).describe('What happened. A consumer skips the types that it does not hear.'),
  ce_source: z.string().min(1).describe('Who published it, e.g. `/user-service`.'),
  ce_time: z.iso
    .datetime({ offset: true })
    .optional()
    .describe("When it happened; without it, the record's timestamp."),
  ce_subject: z.string().optional().describe("Whom or what it happened to; without it, the record's key."),
  ce_dataschema: z
    .string()
    .optional()
    .describe('Type and version of the data, `urn:millrace:<type>:<version>`; another version of the type is refused.'),
  'content-type': z
    .literal('application/json')
    .optional()
    .describe('Of the value, which is read as JSON without it, too.'),
  ...traceContextHeaders.shape,
});

/** What reading asks for. */
export type EventHeaders = z.input<typeof eventHeaders>;

/** What publishing writes, before the trace's headers. */
export type WrittenEventHeaders = Required<Omit<EventHeaders, keyof typeof traceContextHeaders.shape>>;
