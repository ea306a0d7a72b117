import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaRecord, PartitionLease, RecordSink } from '@millrace/messaging';

export interface Delivery {
  readonly lease: PartitionLease;
  readonly record: KafkaRecord;
}

export interface RememberingSinkOptions {
  readonly commits?: 'at once' | 'never';
  /** Where to begin in a partition; undefined for not at all. @default the commit, else the oldest record */
  readonly from?: (lease: PartitionLease) => number | undefined;
}

/** For tests: a sink that remembers what it was told, and commits what it was given, unless told never to. */
export class RememberingSink implements RecordSink {
  /** The leases that have not ended, by partition. */
  readonly leases = new Map<number, PartitionLease>();
  readonly ended: PartitionLease[] = [];
  readonly deliveries: Delivery[] = [];
  /** The newest `coveredTo` of each lease. */
  readonly covered = new Map<PartitionLease, number>();
  /** What was deleted before it was delivered: from where, and to before where. */
  readonly deletions: (readonly [from: number, to: number])[] = [];
  readonly #commits: RememberingSinkOptions['commits'];
  readonly #from: NonNullable<RememberingSinkOptions['from']>;
  readonly #committing = new Set<PartitionLease>();

  constructor({ commits = 'at once', from = placeOf }: RememberingSinkOptions = {}) {
    this.#commits = commits;
    this.#from = from;
  }

  /** The values of the records delivered, as numbers, in the order of delivery. */
  get numbers(): readonly number[] {
    return this.deliveries.map(({ record }) => Number(record.value?.toString()));
  }

  granted(lease: PartitionLease): void {
    this.leases.set(lease.partition, lease);
    const from = this.#from(lease);
    if (from !== undefined) lease.readFrom(from);
  }

  records(lease: PartitionLease, records: readonly KafkaRecord[], coveredTo: number): void {
    for (const record of records) this.deliveries.push({ lease, record });
    this.covered.set(lease, coveredTo);
    if (this.#commits === 'at once' && !this.#committing.has(lease)) void this.#commit(lease);
  }

  deleted(_: PartitionLease, from: number, to: number): void {
    this.deletions.push([from, to]);
  }

  revoking(lease: PartitionLease): void {
    lease.release();
  }

  revoked(lease: PartitionLease): void {
    if (this.leases.get(lease.partition) === lease) this.leases.delete(lease.partition);
    this.ended.push(lease);
  }

  async #commit(lease: PartitionLease): Promise<void> {
    this.#committing.add(lease);
    let committed: number | undefined;
    while (!lease.signal.aborted && committed !== this.covered.get(lease)) {
      const offset = this.covered.get(lease) ?? 0;
      try {
        await lease.commit({ offset, metadata: '' });
        committed = offset;
      } catch {
        await delay(50);
      }
    }
    this.#committing.delete(lease);
  }
}

function placeOf({ committed, logStart }: PartitionLease): number {
  return committed?.offset ?? logStart;
}
