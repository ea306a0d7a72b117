import { attributeNames, meter, metricNames, sizeHistogram } from '@millrace/telemetry';
import type { Attributes, BatchObservableCallback, Observable } from '@opentelemetry/api';
import type { DeliveryEngine } from '../engine/delivery-engine.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import type { Outcome } from '../ports/outcome.ts';
import { PartitionGauges } from './partition-gauges.ts';
import type { PartitionState } from './partition-state.ts';
import { Tally } from './tally.ts';
import type { TargetRow } from './target-row.ts';

export interface ConsumerMetricsOptions {
  readonly group: string;
  /** Asked at each scrape. */
  readonly engine: () => Pick<DeliveryEngine, 'held' | 'hotKeys'>;
  /** Asked at each scrape. */
  readonly partitions: () => readonly PartitionState[];
  /** Asked at each scrape. */
  readonly targets: Pick<TargetRow, 'isLimit'>;
}

/** A consumer's instruments. Made when it is constructed: by then telemetry has been started. */
export class ConsumerMetrics {
  readonly #attributes: Attributes;
  readonly #outcomes: Tally<Outcome>;
  readonly #retries: Tally<ErrorCode>;
  readonly #deadLetters: Tally<ErrorCode>;
  readonly #replays: Tally<Outcome>;
  readonly #deleted = meter().createCounter(metricNames.deletedUnread, {
    description: 'Records that were deleted before the group had read them.',
  });
  readonly #held = meter().createObservableGauge(metricNames.consumerHeld, {
    description: 'Records in memory: queued, being called or waiting for a retry.',
  });
  readonly #hotKeys = meter().createObservableGauge(metricNames.consumerHotKeys, {
    description: 'Keys under which so much waits that they may hold back others.',
  });
  readonly #scalingHelps = meter().createObservableGauge(metricNames.consumerScalingHelps, {
    description: '0 while a target is what holds calls back: more instances would not help.',
  });
  readonly #batchSizes = sizeHistogram(
    metricNames.batchSize,
    'Events in one call, of subscriptions that take batches.',
  );
  readonly #partitions: PartitionGauges;
  readonly #observe: BatchObservableCallback;

  constructor({ group, engine, partitions, targets }: ConsumerMetricsOptions) {
    this.#attributes = { [attributeNames.group]: group };
    const { outcomes, retries, deadLetters, replays } = metricNames;
    const { outcome, errorType } = attributeNames;
    this.#outcomes = new Tally({ name: outcomes, description: 'Records by how they ended.', group, of: outcome });
    this.#retries = new Tally({ name: retries, description: 'Attempts that will be repeated.', group, of: errorType });
    this.#deadLetters = new Tally({ name: deadLetters, description: 'Records given up on.', group, of: errorType });
    this.#replays = new Tally({
      name: replays,
      description: 'Replayed records by how they ended.',
      group,
      of: outcome,
    });
    this.#partitions = new PartitionGauges(group);
    this.#observe = (result) => {
      this.#handTallies();
      const { held, hotKeys } = engine();
      result.observe(this.#held, held.records, this.#attributes);
      result.observe(this.#hotKeys, hotKeys, this.#attributes);
      result.observe(this.#scalingHelps, targets.isLimit ? 0 : 1, this.#attributes);
      this.#partitions.observe(result, partitions());
    };
    meter().addBatchObservableCallback(this.#observe, this.#observed);
  }

  outcome(topic: string, outcome: Outcome): void {
    this.#outcomes.add(topic, outcome);
  }

  retry(topic: string, code: ErrorCode): void {
    this.#retries.add(topic, code);
  }

  deadLetter(topic: string, code: ErrorCode): void {
    this.#deadLetters.add(topic, code);
  }

  /** Once per call of a batch. */
  batch(subscription: string, size: number): void {
    this.#batchSizes.record(size, { ...this.#attributes, [attributeNames.subscription]: subscription });
  }

  /** `topic`: the one from which the record came first. */
  replay(topic: string, outcome: Outcome): void {
    this.#replays.add(topic, outcome);
  }

  /** Once for each stretch of records that is gone. */
  deleted(topic: string, partition: number, records: number): void {
    const place = { [attributeNames.topic]: topic, [attributeNames.partition]: String(partition) };
    this.#deleted.add(records, { ...this.#attributes, ...place });
  }

  /** No more is observed. */
  stop(): void {
    this.#handTallies();
    meter().removeBatchObservableCallback(this.#observe, this.#observed);
  }

  get #observed(): Observable[] {
    return [this.#held, this.#hotKeys, this.#scalingHelps, ...this.#partitions.gauges];
  }

  /** Callbacks have their turn before what counters hold is read. */
  #handTallies(): void {
    for (const tally of [this.#outcomes, this.#retries, this.#deadLetters, this.#replays]) tally.hand();
  }
}
