import type { KafkaRecord, PartitionLease, PartitionProgress, RecordSink, RecordSource } from '@millrace/messaging';
import type { MemberProcess } from '../in-memory-broker/member-process.ts';
import type { Emit, Happening } from './emit.ts';
import { WatchedLease } from './watched-lease.ts';

/** A process, simulated or real, as far as its source is watched. */
export type WatchedMember = Pick<MemberProcess, 'name' | 'alive' | 'clock'>;

export interface WatchedSourceOptions {
  /** Whose source it is; nothing is told after its crash. */
  readonly member: WatchedMember;
  readonly emit: Emit;
  /** Told of each lease before the consumer is. */
  readonly beginsAt: (lease: PartitionLease) => void;
}

interface Held {
  records: number;
  bytes: number;
}

/** A record source that tells what passes through it: leases, and how much the consumer above has in its hands. */
export class WatchedSource implements RecordSource {
  readonly #source: RecordSource;
  readonly #member: WatchedMember;
  readonly #emit: Emit;
  readonly #beginsAt: (lease: PartitionLease) => void;
  readonly #watched = new Map<PartitionLease, WatchedLease>();
  readonly #leases = new Map<string, Map<number, KafkaRecord>>();
  readonly #held: Held = { records: 0, bytes: 0 };

  constructor(source: RecordSource, { member, emit, beginsAt }: WatchedSourceOptions) {
    this.#source = source;
    this.#member = member;
    this.#emit = emit;
    this.#beginsAt = beginsAt;
  }

  start(sink: RecordSink): Promise<void> {
    return this.#source.start({
      granted: (lease) => {
        this.#granted(lease);
        sink.granted(this.#watch(lease));
      },
      records: (lease, records, coveredTo) => {
        this.#delivered(lease, records);
        sink.records(this.#watch(lease), records, coveredTo);
      },
      revoking: (lease, deadlineMs) => sink.revoking(this.#watch(lease), deadlineMs),
      deleted: (lease, from, to) => sink.deleted?.(this.#watch(lease), from, to),
      revoked: (lease) => {
        sink.revoked(this.#watch(lease));
        this.#watched.delete(lease);
      },
    });
  }

  notReady(): string | undefined {
    return this.#source.notReady();
  }

  progress(): readonly PartitionProgress[] {
    return this.#source.progress();
  }

  lags(): ReturnType<NonNullable<RecordSource['lags']>> {
    return this.#source.lags?.() ?? Promise.resolve([]);
  }

  stop(): Promise<void> {
    return this.#source.stop();
  }

  /** The consumer has an outcome for `record`. */
  ended(record: KafkaRecord): void {
    const lease = this.#leases.get(placeOf(record));
    if (lease?.delete(record.offset)) this.#change(-1, -bytesOf(record));
  }

  #watch(lease: PartitionLease): WatchedLease {
    const known = this.#watched.get(lease);
    if (known) return known;
    const watched = new WatchedLease(lease, this.#member.clock, (each) => this.#released(each));
    this.#watched.set(lease, watched);
    return watched;
  }

  #released({ topic, partition, epoch, signal, unconfirmed }: WatchedLease): void {
    if (!signal.aborted)
      this.#tell({ kind: 'released', member: this.#member.name, topic, partition, epoch, unconfirmed });
  }

  #granted(lease: PartitionLease): void {
    if (lease.signal.aborted) return;
    const { topic, partition, epoch, committed } = lease;
    const held = new Map<number, KafkaRecord>();
    this.#leases.set(placeOf(lease), held);
    this.#tell({ kind: 'granted', member: this.#member.name, topic, partition, epoch, committed });
    if (this.#member.alive) this.#beginsAt(lease);
    const lost = (): void => {
      if (this.#leases.get(placeOf(lease)) === held) this.#leases.delete(placeOf(lease));
      for (const record of held.values()) this.#change(-1, -bytesOf(record));
      this.#tell({ kind: 'lost', member: this.#member.name, topic, partition, epoch });
    };
    // The consumer has not heard of the lease yet, so it hears of its end after us.
    lease.signal.addEventListener('abort', lost, { once: true });
  }

  #delivered(lease: PartitionLease, records: readonly KafkaRecord[]): void {
    const held = this.#leases.get(placeOf(lease));
    if (!held) return;
    for (const record of records) {
      if (held.has(record.offset)) continue;
      held.set(record.offset, record);
      this.#change(1, bytesOf(record));
    }
    if (records.length > 0) this.#tell({ kind: 'held', member: this.#member.name, ...this.#held });
  }

  #change(records: number, bytes: number): void {
    this.#held.records += records;
    this.#held.bytes += bytes;
  }

  #tell(happening: Happening): void {
    if (this.#member.alive) this.#emit(happening);
  }
}

function placeOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic} ${partition}`;
}

/** What it carries; what the consumer reckons on top of that is its own affair. */
function bytesOf({ key, value }: KafkaRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
