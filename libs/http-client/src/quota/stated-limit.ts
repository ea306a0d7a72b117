import type { CallAnswer } from '../gate.ts';
import { apiNowMs } from '../retry-after.ts';

/** What an API says of its limit beside an answer. */
export interface Statement {
  /** Calls in a window. */
  readonly limit?: number | undefined;
  /** How long that is. */
  readonly windowMs?: number | undefined;
  /** Calls that are left in this window. */
  readonly remaining?: number | undefined;
  /** Until the next window. */
  readonly resetMs?: number | undefined;
}

type Headers = CallAnswer['headers'];

/**
 * Reads the headers of an answer: `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10, and the form of
 * draft 7), `RateLimit-Limit`, `-Remaining`, `-Reset` (drafts up to 6), and the same with `X-`, whose reset may be a time in
 * seconds since 1970. Undefined where none is there, or none can be read.
 */
export function readStatement(headers: Headers, nowMs: number): Statement | undefined {
  const policy = readPolicy(text(headers, 'ratelimit-policy')) ?? readPolicy(text(headers, 'ratelimit-limit'));
  const fields = readFields(text(headers, 'ratelimit'));
  const plain = (name: string) => number(text(headers, `ratelimit-${name}`) ?? text(headers, `x-ratelimit-${name}`));
  const statement = {
    limit: policy?.limit ?? fields.get('limit') ?? plain('limit'),
    windowMs: policy?.windowMs,
    remaining: fields.get('r') ?? fields.get('remaining') ?? plain('remaining'),
    resetMs: resetMs(fields.get('t') ?? fields.get('reset') ?? plain('reset'), () => apiNowMs(headers, nowMs)),
  };
  return Object.values(statement).some((each) => each !== undefined) ? statement : undefined;
}

/** The strictest of the policies that have a window: `"burst";q=100;w=60, "day";q=5000;w=86400`, `100;w=1`. */
function readPolicy(value: string | undefined): { readonly limit: number; readonly windowMs: number } | undefined {
  const policies = (value ?? '').split(',').flatMap((each) => {
    const parameters = readFields(each.replaceAll(';', ','));
    const limit = parameters.get('q') ?? number(each.split(';', 1)[0]);
    const seconds = parameters.get('w');
    return limit !== undefined && seconds !== undefined && seconds > 0 ? [{ limit, windowMs: seconds * 1_000 }] : [];
  });
  return policies.toSorted((one, other) => one.limit / one.windowMs - other.limit / other.windowMs)[0];
}

/** Numbers by name, of `limit=10, remaining=2` as of `"default";r=2;t=5`. */
function readFields(value = ''): ReadonlyMap<string, number> {
  const pairs = value.matchAll(/(?:^|[;,\s])([a-z]+)=(\d+)/gi);
  return new Map(Array.from(pairs, ([, name = '', digits]) => [name.toLowerCase(), Number(digits)]));
}

/** A number so large is a time. */
const earliestTime = 1_000_000_000;

function resetMs(seconds: number | undefined, nowMs: () => number): number | undefined {
  if (seconds === undefined) return undefined;
  return seconds < earliestTime ? seconds * 1_000 : Math.max(0, seconds * 1_000 - nowMs());
}

function text(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function number(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d{1,15}(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

/**
 * The rate of the whole group that an API's statements come to. Where they name no window, the longest time until a reset
 * that was ever stated is taken for it. In a long window what remains is spread over what is left of it.
 */
export class StatedLimit {
  #perSecond = Infinity;
  #longestResetMs = 0;
  #statedMark = -Infinity;

  /** Infinite where nothing was stated for a minute. */
  perSecondAt(mark: number): number {
    return mark - this.#statedMark < forgottenMs ? this.#perSecond : Infinity;
  }

  stated({ limit, windowMs, remaining, resetMs: untilResetMs }: Statement, mark: number): void {
    this.#longestResetMs = Math.max(this.#longestResetMs, Math.ceil((untilResetMs ?? 0) / 1_000) * 1_000);
    const longMs = windowMs ?? this.#longestResetMs;
    const even = limit !== undefined && longMs > 0 ? (limit * 1_000) / longMs : Infinity;
    const left = longMs >= longWindowMs && remaining !== undefined && untilResetMs !== undefined;
    const perSecond = left ? Math.min(even, (remaining * 1_000) / Math.max(untilResetMs, 1_000)) : even;
    if (perSecond === Infinity) return;
    this.#perSecond = Math.max(perSecond, leastPerSecond);
    this.#statedMark = mark;
  }
}

const forgottenMs = 60_000;
const longWindowMs = 10_000;
/** Something must be tried: what was stated may be wrong by now. */
const leastPerSecond = 0.1;
