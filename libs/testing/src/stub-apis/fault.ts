import { z } from 'zod';
import { type Latency, longestLatencyMs } from './latency.ts';

const latency = z.union(
  [
    z.number().min(0).max(longestLatencyMs),
    z.strictObject({ medianMs: z.number().min(0).max(longestLatencyMs), sigma: z.number().min(0).max(5) }),
  ],
  { error: `is a number of milliseconds up to ${longestLatencyMs}, or { medianMs, sigma } with a sigma up to 5` },
);

/** What `GET /faults/{api}` answers; see {@link Fault}. */
export const faultInForce = z
  .strictObject({
    latencyMs: latency,
    failureRate: z.number().min(0).max(1).describe('Share of the calls that are answered with `status`.'),
    status: z.int().min(300).max(599),
    retryAfterSeconds: z.int().min(0).max(86_400).optional().describe('Sent as `Retry-After` with a failure.'),
    failing: z
      .enum(['calls', 'events'])
      .describe('Whether whole calls fail, or single events of those that have many.'),
    mode: z
      .enum(['answer', 'hang', 'refuse'])
      .describe('`hang`: calls get no answer until the fault changes. `refuse`: connections are refused, or break.'),
    idempotencyKeys: z
      .enum(['honoured', 'ignored'])
      .describe('`ignored`: every call has an effect of its own, whatever its idempotency key.'),
  })
  .meta({ id: 'Fault' });

const { latencyMs, failureRate, status, retryAfterSeconds, failing, mode, idempotencyKeys } = faultInForce.shape;

/** What `PUT /faults/{api}` takes; every field may be left out, an unknown one is refused. */
export const faultSchema = z
  .strictObject({
    latencyMs: latencyMs.default(0),
    failureRate: failureRate.optional(),
    status: status.optional(),
    retryAfterSeconds,
    failing: failing.default('calls'),
    mode: mode.default('answer'),
    idempotencyKeys: idempotencyKeys.default('honoured'),
  })
  .transform(({ failureRate, status, ...rest }): Fault => {
    const rateWhenUnsaid = status === undefined ? 0 : 1;
    return { ...rest, failureRate: failureRate ?? rateWhenUnsaid, status: status ?? 503 };
  });

export type FaultInput = z.input<typeof faultSchema>;

/** How an API misbehaves until told otherwise. It lives in memory: an API that is started again is healthy. */
export interface Fault {
  /** How long the work of a call takes. */
  readonly latencyMs: Latency;
  /** Share of the calls that are answered with `status` and have no effect. @default 1 where a status is given, else 0 */
  readonly failureRate: number;
  /** @default 503 */
  readonly status: number;
  /** Sent as `Retry-After` with a failure. */
  readonly retryAfterSeconds?: number | undefined;
  /** Of what `failureRate` is the share, and `status` the answer: of calls, or of each event of a batch by itself. */
  readonly failing: 'calls' | 'events';
  /**
   * `hang`: calls are taken in and never answered; their connections break when the fault changes.
   * `refuse`: nobody listens on the API's port. Behind the control port, connections break.
   */
  readonly mode: 'answer' | 'hang' | 'refuse';
  /** `ignored`: every call has an effect of its own, as with an API that knows no idempotency keys. */
  readonly idempotencyKeys: 'honoured' | 'ignored';
}

export const noFault: Fault = {
  latencyMs: 0,
  failureRate: 0,
  status: 503,
  failing: 'calls',
  mode: 'answer',
  idempotencyKeys: 'honoured',
};
