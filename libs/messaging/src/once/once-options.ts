import { ServiceError } from '../errors/service-error.ts';

/** How {@link once} goes about it. */
export interface OnceOptions {
  /**
   * What becomes of an event whose call may have been acted on, when nobody can know: the process died between the claim and its
   * completion, or the API did not answer. `dead-letter`: it is given up on, with `CALL_UNCERTAIN`, for an operator to ask the
   * API and replay or discard it; nothing happens twice, and nothing is lost. `call-again`: it is called again, and may happen
   * twice. @default 'dead-letter'
   */
  readonly uncertain?: 'dead-letter' | 'call-again';
  /**
   * How long a claim keeps others from its event, in ms. Longer than a call may take (`callTimeoutMs`), or two may call at the same
   * time; and how long an event waits after the process that had it has died. @default 60_000
   */
  readonly leaseMs?: number;
  /**
   * How long it is remembered that an event was called, in ms: longer than it may come again, so that of Kafka's retention is a
   * good choice. @default 604_800_000, a week
   */
  readonly ttlMs?: number;
}

export type OnceSettings = Required<OnceOptions>;

const defaults = { uncertain: 'dead-letter', leaseMs: 60_000, ttlMs: 604_800_000 } as const;

/** Fills in the defaults; throws `CONFIG_INVALID` naming each wrong field and the value received. */
export function onceSettings(options: OnceOptions): OnceSettings {
  const settings = { ...defaults, ...options };
  const { uncertain, leaseMs, ttlMs } = settings;
  const isTime = (ms: number, least: number) => Number.isSafeInteger(ms) && ms >= least;
  const checks = [
    ['uncertain', uncertain, ['dead-letter', 'call-again'].includes(uncertain), 'dead-letter or call-again'],
    ['leaseMs', leaseMs, isTime(leaseMs, 1), 'a whole number of at least 1'],
    ['ttlMs', ttlMs, isTime(ttlMs, leaseMs), 'a whole number of at least leaseMs'],
  ] as const;
  const wrong = checks
    .filter(([, , ok]) => !ok)
    .map(([field, received, , expected]) => `${field} must be ${expected}, not ${JSON.stringify(received)}`);
  if (wrong.length === 0) return settings;
  throw new ServiceError('CONFIG_INVALID', `wrong options for once: ${wrong.join('; ')}`);
}
