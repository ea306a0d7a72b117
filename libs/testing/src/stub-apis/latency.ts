/** Always the same, or drawn from a log-normal distribution. */
export type Latency = number | { readonly medianMs: number; readonly sigma: number };

/** Whatever is asked or drawn: past this a call had better hang. */
export const longestLatencyMs = 600_000;

/**
 * How long one call takes. Log-normal latency is `medianMs * e^(sigma * z)` with z from the standard normal distribution
 * by Box-Muller: half of the calls take longer than the median, at sigma 0.7 one in a hundred five times as long.
 * @param random uniform in [0, 1)
 */
export function drawLatencyMs(latencyMs: Latency, random: () => number): number {
  if (typeof latencyMs === 'number') return latencyMs;
  const z = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(latencyMs.medianMs * Math.exp(latencyMs.sigma * z), longestLatencyMs);
}
