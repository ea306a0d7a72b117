const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Longer waits than a day are an API's mistake. */
const maxRetryAfterMs = 24 * 60 * 60 * 1000;

/**
 * The wait that a `Retry-After` header asks for, in seconds or as a date (RFC 9110, section 10.2.3), in ms, at most a day;
 * undefined where it says nothing that can be read. `nowMs`: see {@link apiNowMs}.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim() ?? '';
  const waitMs = /^\d+$/.test(value)
    ? Number(value) * 1000
    : httpDate.test(value)
      ? Date.parse(value) - nowMs
      : Number.NaN;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), maxRetryAfterMs);
}

/** What time it is for the API that sent these headers, in ms since 1970: by its own word where it gives it, else by ours. */
export function apiNowMs({ date }: { readonly date?: string | string[] | undefined }, ourNowMs: number): number {
  return typeof date === 'string' && httpDate.test(date) ? Date.parse(date) : ourNowMs;
}
