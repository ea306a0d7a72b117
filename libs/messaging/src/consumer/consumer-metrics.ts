import { attributeNames, meter, metricNames } from '@millrace/telemetry';
import type { BatchObservableCallback, Observable } from '@opentelemetry/api';
import type { DeliveryEngine } from '../engine/delivery-engine.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import type { Outcome } from '../ports/outcome.ts';
import type { PartitionProgress } from '../ports/record-source.ts';

export interface ConsumerMetricsOptions {
  readonly group: string;
  /** Asked at each scrape. */
  readonly engine: () => Pick<DeliveryEngine, 'held' | 'hotKeys' | 'committed'>;
  /** Asked at each scrape. */
  readonly progress: () => readonly PartitionProgress[];
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
  readonly #hotKeys = meter().createObservableGauge(metricNames.consumerHotKeys, {
    description: 'Keys under which so much waits that they may hold back others.',
  });
  readonly #lag = meter().createObservableGauge(metricNames.consumerLag, {
    description: 'Records from the committed offset to the end of the partition.',
  });
  /** Every partition that was ever ours, by topic and number, and its lag now. */
  readonly #seen = new Map<string, readonly [Record<string, string>, number]>();
  readonly #observe: BatchObservableCallback;

  constructor({ group, engine, progress }: ConsumerMetricsOptions) {
    this.#group = group;
    this.#observe = (result) => {
      const { held, hotKeys, committed } = engine();
      result.observe(this.#held, held.records, this.#attributes());
      result.observe(this.#hotKeys, hotKeys, this.#attributes());
      const lags = this.#lags(lagOf(committed, progress()));
      for (const [attributes, records] of lags) result.observe(this.#lag, records, attributes);
    };
    meter().addBatchObservableCallback(this.#observe, this.#observed);
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
    meter().removeBatchObservableCallback(this.#observe, this.#observed);
  }

  get #observed(): Observable[] {
    return [this.#held, this.#hotKeys, this.#lag];
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

/** How much of each partition that is ours and whose end is known is not yet committed. */
function lagOf(
  committed: DeliveryEngine['committed'],
  progress: readonly PartitionProgress[],
): readonly PartitionLag[] {
  const from = new Map(committed.map(({ lease, offset }) => [`${lease.topic} ${lease.partition}`, offset]));
  return progress.flatMap(({ topic, partition, endOffset }) => {
    const offset = from.get(`${topic} ${partition}`);
    return offset === undefined ? [] : [{ topic, partition, lag: Math.max(0, endOffset - offset) }];
  });
}

interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly lag: number;
}
