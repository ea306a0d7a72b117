import { type Histogram, metrics, type Meter } from '@opentelemetry/api';

/** The meter of all Millrace metrics. A function: instruments made before telemetry has started would stay silent. */
export const meter = (): Meter => metrics.getMeter('millrace');

/** From a cache hit to a slow API's timeout, in seconds. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A histogram of durations; record seconds. */
export function durationHistogram(name: string, description: string): Histogram {
  return meter().createHistogram(name, {
    description,
    unit: 's',
    advice: { explicitBucketBoundaries: durationBuckets },
  });
}

/** From one to the most that APIs take in a call. */
const sizeBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000];

/** A histogram of how many things there were. */
export function sizeHistogram(name: string, description: string): Histogram {
  return meter().createHistogram(name, { description, advice: { explicitBucketBoundaries: sizeBuckets } });
}
