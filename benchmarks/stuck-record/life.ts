import { createConsumer, on } from '@millrace/messaging';
import { decodeOffsetMap, InMemoryProducer } from '@millrace/messaging/testing';
import { createLogger } from '@millrace/telemetry';
import { sampleTaken } from '../engine/sample-event.ts';
import { SampleSource } from '../engine/sample-source.ts';
import type { SamplePartition, SampleTopic } from '../engine/sample-topic.ts';

export interface LifeOptions {
  readonly concurrency: number;
  /** From a call to its answer; undefined where there is none, until the call is cut off. */
  readonly answerMs: (offset: number) => number | undefined;
  /** Something has changed. */
  readonly changed: () => void;
}

const log = createLogger({ service: 'benchmark', level: 'silent' });

/** One consumer of a topic of one partition, from its start to its crash. */
export class Life {
  /** The offsets that were called. */
  readonly called = new Set<number>();
  /** How many outcomes there were. */
  done = 0;
  readonly #log: SamplePartition;
  readonly #source: SampleSource;

  constructor(topic: SampleTopic, { concurrency, answerMs, changed }: LifeOptions) {
    [this.#log] = topic.partitions as [SamplePartition];
    this.#source = new SampleSource(topic, changed);
    const answered = (ms: number | undefined, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        if (ms !== undefined) setTimeout(resolve, ms);
        else signal.addEventListener('abort', reject);
      });
    const call = on(
      sampleTaken,
      (_, { order: { sequence }, signal }) => {
        this.called.add(sequence);
        return answered(answerMs(sequence), signal);
      },
      { name: 'benchmark' },
    );
    const ended = () => {
      this.done++;
      changed();
    };
    const consumer = createConsumer(
      { group: 'benchmark', startAt: 'earliest', targets: [], subscriptions: [call], concurrency },
      { source: () => this.#source, producer: new InMemoryProducer(), log, ended },
    );
    void consumer.start();
  }

  /** How many records have an outcome that was committed. */
  get committed(): number {
    const { offset, metadata } = this.#log.stored ?? { offset: 0, metadata: '' };
    const map = decodeOffsetMap(metadata);
    const ranges = typeof map === 'string' ? [] : map.finished;
    return ranges.reduce((sum, { from, to }) => sum + to - from, offset);
  }

  /** Nothing that it does from now on reaches the topic, and nothing is finished first. */
  crash(): void {
    this.#source.crash();
  }
}
