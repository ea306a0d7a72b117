/** When a circuit breaker opens, and how it finds out that it may close again. */
export interface BreakerOptions {
  /** Of the last calls, how many count. @default 50 */
  readonly calls?: number;
  /** And how long, in ms. @default 30_000 */
  readonly windowMs?: number;
  /** It does not open for fewer failures than these, each of another key. @default 20, and 10 rejections */
  readonly minimum?: number;
  /** The part of calls that fail, or are rejected, at which it opens. @default 0.5 */
  readonly ratio?: number;
  /** From opening to the first probe, in ms; doubled with each that fails. @default 100 */
  readonly probeAfterMs?: number;
  /** The longest time between two probes, in ms. @default 5_000 */
  readonly maxProbeAfterMs?: number;
  /**
   * What to make of an API that rejects most of what it gets: something is wrong with it, or with what we know of it (`hold`),
   * or with each of the records. @default 'hold'
   */
  readonly rejections?: 'hold' | 'dead-letter';
}

export const defaultBreakerOptions: Required<BreakerOptions> = {
  calls: 50,
  windowMs: 30_000,
  minimum: 20,
  ratio: 0.5,
  probeAfterMs: 100,
  maxProbeAfterMs: 5_000,
  rejections: 'hold',
};

/** Says which option is wrong, and what would do; undefined where all are right. */
export function wrongBreakerOption(options: BreakerOptions): string | undefined {
  const { calls, windowMs, minimum, ratio, probeAfterMs, maxProbeAfterMs, rejections } = {
    ...defaultBreakerOptions,
    ...options,
  };
  const checks: readonly (readonly [name: string, received: unknown, ok: boolean, expected: string])[] = [
    ['calls', calls, isCount(calls, 1, 10_000), 'a whole number from 1 to 10000'],
    ['windowMs', windowMs, windowMs > 0, 'a number above 0'],
    ['minimum', minimum, isCount(minimum, 1, calls), 'a whole number from 1 to calls'],
    ['ratio', ratio, ratio > 0 && ratio <= 1, 'a number above 0, and at most 1'],
    ['probeAfterMs', probeAfterMs, probeAfterMs >= 1, 'a number of at least 1'],
    ['maxProbeAfterMs', maxProbeAfterMs, maxProbeAfterMs >= probeAfterMs, 'a number of at least probeAfterMs'],
    ['rejections', rejections, ['hold', 'dead-letter'].includes(rejections), "'hold' or 'dead-letter'"],
  ];
  const wrong = checks.find(([, , ok]) => !ok);
  return wrong && `breaker.${wrong[0]} must be ${wrong[3]} (received ${String(wrong[1])})`;
}

function isCount(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}
