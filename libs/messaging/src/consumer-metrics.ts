import { attributeNames, meter, metricNames } from '@millrace/telemetry';
import type { BatchObservableCallback } from '@opentelemetry/api';
import type { ErrorCode } from './error-codes.ts';
import type { Outcome } from './outcome.ts';

/** How much of a partition is not yet committed. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly lag: number;
}

export interface ConsumerMetricsOptions {
  readonly group: string;
  /** Asked at each scrape: the records in memory. */
  readonly held: () => number;
  /** Asked at each scrape. */
  readonly lag: () => readonly PartitionLag[];
}

/** A consumer's instruments. Made when it is constructed: by then telemetry has been started. */
export class ConsumerMetrics {
  readonly #group: string;
  readonly #outcomes = meter().createCounter(metricNames.outcomes, { description: 'Records by how they ended.' });
  readonly #retries = meter().createCounter(metricNames.retries, { description: 'Attempts that will be repeated.' });
  readonly #deadLetters = meter().createCounter(metricNames.deadLetters, { description: 'Records given up on.' });
  readonly #held = meter().createObservableGauge(metricNames.consumerHeld, {
    description: 'Records in memory: queued, being called or waiting for a retry.',
  });
  readonly #lag = meter().createObservableGauge(metricNames.consumerLag, {
    description: 'Records from the committed offset to the end of the partition.',
  });
  /** Every partition that was ever ours, by topic and number, and its lag now. */
  readonly #seen = new Map<string, readonly [Record<string, string>, number]>();
  readonly #observe: BatchObservableCallback;

  constructor({ group, held, lag }: ConsumerMetricsOptions) {
    this.#group = group;
    this.#observe = (result) => {
      result.observe(this.#held, held(), this.#attributes());
      for (const [attributes, records] of this.#lags(lag())) result.observe(this.#lag, records, attributes);
    };
    meter().addBatchObservableCallback(this.#observe, [this.#held, this.#lag]);
  }

  outcome(topic: string, outcome: Outcome): void {
    this.#outcomes.add(1, this.#attributes(topic, { [attributeNames.outcome]: outcome }));
  }

  retry(topic: string, code: ErrorCode): void {
    this.#retries.add(1, this.#attributes(topic, { [attributeNames.errorType]: code }));
  }

  deadLetter(topic: string, code: ErrorCode): void {
    this.#deadLetters.add(1, this.#attributes(topic, { [attributeNames.errorType]: code }));
  }

  /** No more is observed. */
  stop(): void {
    meter().removeBatchObservableCallback(this.#observe, [this.#held, this.#lag]);
  }

  /** A partition that is no longer ours has none here: left out, it would be shown with its last value for ever. */
  #lags(owned: readonly PartitionLag[]): Iterable<readonly [Record<string, string>, number]> {
    for (const [name, [attributes]] of this.#seen) this.#seen.set(name, [attributes, 0]);
    for (const { topic, partition, lag } of owned) {
      const attributes = this.#attributes(topic, { [attributeNames.partition]: String(partition) });
      this.#seen.set(`${topic} ${partition}`, [attributes, lag]);
    }
    return this.#seen.values();
  }

  #attributes(topic?: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      [attributeNames.group]: this.#group,
      ...(topic !== undefined && { [attributeNames.topic]: topic }),
      ...more,
    };
  }
}
