import {
  type Commit,
  type PartitionLease,
  type PartitionProgress,
  type RecordSink,
  type RecordSource,
  ServiceError,
} from '@millrace/messaging';
import { sampleTaken } from './sample-event.ts';
import type { SamplePartition, SampleTopic } from './sample-topic.ts';

/** Records handed over at a time, at most. */
const batchSize = 100;

/** Told of each commit that is stored. */
export type Committed = (partition: number, commit: Commit) => void;

/**
 * One consumer's view of a topic in memory: all partitions are its own. Records come in batches, the partitions taking turns,
 * in a turn of the event loop of their own, as answers of a broker would, until all are paused or read.
 */
export class SampleSource implements RecordSource {
  readonly #leases: readonly SampleLease[];
  #sink: RecordSink | undefined;
  #reading = false;

  constructor({ partitions }: SampleTopic, committed: Committed) {
    this.#leases = partitions.map((each) => new SampleLease(each, { wake: () => this.wake(), committed }));
  }

  /** How many there are. */
  get partitions(): number {
    return this.#leases.length;
  }

  start(sink: RecordSink): Promise<void> {
    this.#sink = sink;
    for (const lease of this.#leases) sink.granted(lease);
    return Promise.resolve();
  }

  /** There may be something to read. */
  wake(): void {
    if (this.#reading) return;
    this.#reading = true;
    setImmediate(() => {
      this.#reading = false;
      while (this.#readAll());
    });
  }

  /** Ends all leases: nothing of this consumer reaches the topic from now on. */
  crash(): void {
    for (const lease of this.#leases) lease.end();
  }

  notReady(): undefined {
    return undefined;
  }

  progress(): readonly PartitionProgress[] {
    return this.#leases.map(({ topic, partition, logEnd }) => ({ topic, partition, endOffset: logEnd }));
  }

  stop(): Promise<void> {
    this.crash();
    return Promise.resolve();
  }

  /** One batch of each partition; false when there was none. */
  #readAll(): boolean {
    let any = false;
    for (const lease of this.#leases) {
      const batch = lease.read(batchSize);
      if (batch.length === 0) continue;
      any = true;
      this.#sink?.records(lease, batch, lease.position);
    }
    return any;
  }
}

class SampleLease implements PartitionLease {
  readonly topic = sampleTaken.topic;
  readonly partition: number;
  readonly epoch = 1;
  readonly committed: Commit | undefined;
  readonly logStart = 0;
  readonly logEnd: number;
  readonly logId: string;
  /** The next offset to hand over; none before `readFrom`. */
  position = Number.MAX_SAFE_INTEGER;
  readonly #log: SamplePartition;
  readonly #ports: { readonly wake: () => void; readonly committed: Committed };
  readonly #end = new AbortController();
  #paused = false;

  constructor(log: SamplePartition, ports: { readonly wake: () => void; readonly committed: Committed }) {
    this.#log = log;
    this.#ports = ports;
    this.partition = log.partition;
    this.committed = log.stored;
    this.logEnd = log.records.length;
    this.logId = `${this.topic} ${this.partition}`;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  readFrom(offset: number): void {
    this.position = offset;
    this.#ports.wake();
  }

  read(most: number): SamplePartition['records'] {
    const { records } = this.#log;
    if (this.#paused || this.signal.aborted || this.position >= records.length) return [];
    const batch = records.slice(this.position, this.position + most);
    this.position += batch.length;
    return batch;
  }

  async commit(commit: Commit): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.signal.aborted) throw new ServiceError('LEASE_LOST', 'the lease has ended');
    this.#log.stored = commit;
    this.#ports.committed(this.partition, commit);
  }

  release(): void {
    this.end();
  }

  end(): void {
    this.#end.abort();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#ports.wake();
  }
}
