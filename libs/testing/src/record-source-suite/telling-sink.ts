import { type Clock, type KafkaRecord, type PartitionLease, type RecordSink, ServiceError } from '@millrace/messaging';
import type { Told } from './told.ts';

/** How a member behaves by itself. */
export interface SinkPlan {
  /** Where it begins in a partition that it is granted; `none`: it waits to be told. @default 'commit', else the oldest record */
  readonly begins?: 'commit' | 'none';
  /** When it lets go of a partition that is to go. @default 'at once' */
  readonly releases?: 'at once' | 'when told';
  /** Whether it commits what it was given. @default false */
  readonly commits?: boolean;
  /** Pauses a partition whenever so many records of it have come since it was granted or resumed. @default never */
  readonly pausesAfter?: number;
  /** How often it shows that it works on each lease that has not ended. @default never */
  readonly worksEveryMs?: number;
}

/** Something that a member is to do with its newest lease of a partition. */
export type Wish =
  | { readonly action: 'release' | 'pause' | 'resume'; readonly partition: number }
  | { readonly action: 'readFrom'; readonly partition: number; readonly offset: number }
  | {
      readonly action: 'commit';
      readonly partition: number;
      readonly offset: number;
      readonly metadata: string;
      /** Of an earlier lease. @default the newest */
      readonly epoch?: number;
    };

export interface TellingSinkOptions {
  readonly clock: Clock;
  readonly plan: SinkPlan;
  readonly tell: (told: Told) => void;
}

const commitAgainMs = 50;

/** A consumer of records that does as it is told, and tells what it hears. */
export class TellingSink implements RecordSink {
  readonly #options: TellingSinkOptions;
  readonly #leases: PartitionLease[] = [];
  readonly #covered = new Map<PartitionLease, number>();
  readonly #committing = new Set<PartitionLease>();
  /** How many records came since the last pause. */
  readonly #taken = new Map<PartitionLease, number>();

  constructor(options: TellingSinkOptions) {
    this.#options = options;
    if (options.plan.worksEveryMs !== undefined) this.#work(options.plan.worksEveryMs);
  }

  granted(lease: PartitionLease): void {
    const { committed, logStart, logEnd } = lease;
    this.#leases.push(lease);
    this.#tell(lease, { what: 'granted', committed, logStart, logEnd });
    if (this.#options.plan.begins === 'none') return;
    lease.readFrom(committed && committed.offset <= logEnd ? Math.max(committed.offset, logStart) : logStart);
  }

  records(lease: PartitionLease, records: readonly KafkaRecord[], coveredTo: number): void {
    this.#tell(lease, { what: 'records', offsets: records.map(({ offset }) => offset), coveredTo });
    this.#covered.set(lease, coveredTo);
    this.#pauseInTime(lease, records.length);
    if (this.#options.plan.commits && !this.#committing.has(lease)) void this.#commitCovered(lease);
  }

  revoking(lease: PartitionLease, deadlineMs: number): void {
    this.#tell(lease, { what: 'revoking', deadlineMs });
    if (this.#options.plan.releases !== 'when told') void this.#finish(lease);
  }

  revoked(lease: PartitionLease): void {
    this.#tell(lease, { what: 'revoked', aborted: lease.signal.aborted });
  }

  /** Resolves to `done`, or the code of the error. */
  async perform(wish: Wish): Promise<string> {
    const lease = this.#lease(wish);
    if (wish.action === 'release') this.#release(lease);
    else if (wish.action === 'readFrom') lease.readFrom(wish.offset);
    else if (wish.action === 'commit') return this.#commit(lease, wish.offset, wish.metadata);
    else lease[wish.action]();
    return 'done';
  }

  #pauseInTime(lease: PartitionLease, more: number): void {
    const taken = (this.#taken.get(lease) ?? 0) + more;
    const tooMany = taken >= (this.#options.plan.pausesAfter ?? Infinity);
    this.#taken.set(lease, tooMany ? 0 : taken);
    if (tooMany) lease.pause();
  }

  #lease(wish: Wish): PartitionLease {
    const epoch = wish.action === 'commit' ? wish.epoch : undefined;
    const lease = this.#leases.findLast(
      (each) => each.partition === wish.partition && (epoch === undefined || each.epoch === epoch),
    );
    if (!lease) throw new Error(`partition ${wish.partition} was never granted here`);
    return lease;
  }

  async #finish(lease: PartitionLease): Promise<void> {
    if (this.#options.plan.commits) await this.#commitCovered(lease);
    this.#release(lease);
  }

  #release(lease: PartitionLease): void {
    this.#tell(lease, { what: 'released' });
    lease.release();
  }

  async #commitCovered(lease: PartitionLease): Promise<void> {
    this.#committing.add(lease);
    let committed: number | undefined;
    while (!lease.signal.aborted && committed !== this.#covered.get(lease)) {
      const offset = this.#covered.get(lease) ?? 0;
      if ((await this.#commit(lease, offset, '')) === 'done') committed = offset;
      else await new Promise<void>((resolve) => this.#options.clock.after(commitAgainMs, resolve));
    }
    this.#committing.delete(lease);
  }

  #commit(lease: PartitionLease, offset: number, metadata: string): Promise<string> {
    return lease.commit({ offset, metadata }).then(
      () => 'done',
      (error: unknown) => ServiceError.from(error).code,
    );
  }

  #work(everyMs: number): void {
    for (const lease of this.#leases) if (!lease.signal.aborted) this.#tell(lease, { what: 'worked' });
    this.#options.clock.after(everyMs, () => this.#work(everyMs));
  }

  #tell({ partition, epoch }: PartitionLease, told: Untold): void {
    this.#options.tell({ ...told, partition, epoch, atMs: this.#options.clock.mark() });
  }
}

/** {@link Told} without the where and when, which are the same in all. */
type Untold = Told extends infer Each
  ? Each extends Told
    ? Omit<Each, 'atMs' | 'partition' | 'epoch'>
    : never
  : never;
