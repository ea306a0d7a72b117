import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { fieldErrors } from '@millrace/http-server';
import { type Answer, problem } from './answer.ts';

/** A call that an API understands. */
export interface Call {
  readonly api: string;
  /** Without the query. */
  readonly path: string;
  /** The JSON as it came. */
  readonly body: string;
  /** `Idempotency-Key`: calls with the same one have one effect. */
  readonly idempotencyKey: string | undefined;
  /** `Order-Key`: calls with the same one come one at a time. */
  readonly orderKey: string | undefined;
  /** `Order-Sequence`: rises from effect to effect of one order key. */
  readonly orderSequence: number | undefined;
}

export interface RawCall {
  readonly api: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** @default that of the path, any JSON where it has none */
  readonly bodySchema?: z.ZodType | undefined;
}

/** Reads a call, or says with a 4xx what is wrong with it: every bad header and field at once. */
export function readCall({ api, path, headers, bytes, bodySchema = bodySchemas.get(path) }: RawCall): Call | Answer {
  if (!isJson(headers['content-type'])) return problem(415, 'The content type is application/json.');
  const body = bytes.toString();
  const content = isUtf8(bytes) ? parseJson(body) : undefined;
  if (content === undefined) return problem(400, 'The body is not valid JSON in UTF-8.');
  const read = headerSchema.safeParse(headers);
  const wrong = [read.error, bodySchema?.safeParse(content).error];
  const errors = wrong.flatMap((error) => (error ? fieldErrors(error) : []));
  if (!read.success || errors.length > 0) return problem(400, 'The call has wrong headers or fields.', { errors });
  const { data } = read;
  return {
    api,
    path,
    body,
    idempotencyKey: data['idempotency-key'],
    orderKey: data['order-key'],
    orderSequence: data['order-sequence'],
  };
}

/** A text that names something. */
export const name = z
  .string('is required')
  .min(1, 'is empty')
  .refine((value) => Array.from(value).length <= 255, 'is at most 255 characters')
  .meta({ maxLength: 255 });

/** The headers of a call that mean something by themselves. */
export const callHeaders = z.looseObject({
  'idempotency-key': name.optional().describe('Calls with the same one have one effect.'),
  'order-key': name.optional().describe('Calls with the same one come one at a time.'),
});

const headerSchema = callHeaders
  .extend({
    'order-sequence': z
      .string()
      .regex(/^\d{1,15}$/, 'is an integer from 0, of at most 15 digits')
      .transform(Number)
      .optional(),
  })
  .refine((headers) => headers['order-sequence'] === undefined || headers['order-key'] !== undefined, {
    path: ['order-key'],
    message: 'is required where there is an order-sequence',
  });

/** What a call to send an e-mail has in its body. */
export const email = z
  .looseObject({ to: name, template: name }, 'is an object')
  .meta({ examples: [{ to: 'ada@example.org', template: 'welcome' }] });

/** What a call to track an event has in its body. */
export const trackedEvent = z
  .looseObject({ eventType: name, userId: name }, 'is an object')
  .meta({ examples: [{ eventType: 'UserRegistered', userId: '0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11' }] });

/** Any other path takes any JSON. */
const bodySchemas = new Map<string, z.ZodType>([
  ['/emails/send', email],
  ['/events/track', trackedEvent],
]);

function isJson(contentType = ''): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
