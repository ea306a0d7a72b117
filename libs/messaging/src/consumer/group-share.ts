import type { Logger } from '@millrace/telemetry';
import type { Clock } from '../ports/clock.ts';
import type { GroupQuota } from '../ports/group-quota.ts';
import type { PartitionLag, PartitionLease, RecordSink } from '../ports/record-source.ts';

export interface GroupShareOptions {
  /** As {@link RecordSource.lags}. */
  readonly lags: () => Promise<readonly PartitionLag[]>;
  /** Told of the share. */
  readonly quotas: readonly GroupQuota[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Each partition's part of the group's work; together 1. */
type Parts = ReadonlyMap<string, number>;

/**
 * A member's share of what the whole group may do, found without asking the others: each reads from Kafka how much is to do in
 * every partition, and takes the parts of those it owns. All read at the same moments by the clock on the wall, so that they
 * see about the same. A part that shrinks does so at once, and one that grows a moment later, when it was read twice: then
 * the others have given up what one takes. A partition that is lost is given up before its next owner can have it.
 *
 * Who cannot read keeps the smaller of the share it had and an even one.
 */
export class GroupShare {
  readonly #options: GroupShareOptions;
  readonly #owned = new Set<PartitionLease>();
  #parts: Parts | undefined;
  #partsBefore: Parts | undefined;
  #isRead = false;
  #isReading = false;
  #told: number | undefined;
  #forgetTick: (() => void) | undefined;
  #stopped = false;

  constructor(options: GroupShareOptions) {
    this.#options = options;
  }

  /** Nothing is shared out before the first reading, which is now. */
  start(): void {
    this.#tell();
    void this.#read();
    this.#awaitTick();
  }

  stop(): void {
    this.#stopped = true;
    this.#forgetTick?.();
  }

  /** A sink that hands all on to `sink`, and sees which partitions are owned. */
  watching(sink: RecordSink): RecordSink {
    return {
      granted: (lease) => {
        this.#own(lease);
        sink.granted(lease);
      },
      records: (lease, records, coveredTo) => sink.records(lease, records, coveredTo),
      deleted: (lease, from, to) => sink.deleted?.(lease, from, to),
      revoking: (lease, deadlineMs) => {
        this.#lose(lease);
        sink.revoking(lease, deadlineMs);
      },
      revoked: (lease) => {
        this.#lose(lease);
        sink.revoked(lease);
      },
    };
  }

  #own(lease: PartitionLease): void {
    if (lease.signal.aborted) return;
    lease.signal.addEventListener('abort', () => this.#lose(lease), { once: true });
    this.#owned.add(lease);
    this.#tell();
  }

  #lose(lease: PartitionLease): void {
    if (this.#owned.delete(lease)) this.#tell();
  }

  #awaitTick(): void {
    const { clock } = this.#options;
    this.#forgetTick = clock.after(tickMs - (clock.now() % tickMs), () => this.#tick());
  }

  #tick(): void {
    this.#awaitTick();
    if (!this.#isReading) return void this.#read();
    this.#isRead = false;
    this.#tell();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      const parts = partsOf(await this.#options.lags(), this.#perSecond);
      this.#partsBefore = this.#parts;
      this.#parts = parts;
      this.#isRead = true;
    } catch (error) {
      if (this.#isRead && !this.#stopped)
        this.#options.log.warn({ err: error }, 'the lags of the group could not be read');
      this.#isRead = false;
    }
    this.#isReading = false;
    this.#tell();
  }

  #tell(): void {
    const share = this.#share;
    if (this.#stopped || share === this.#told) return;
    this.#told = share;
    for (const quota of this.#options.quotas) quota.takeShare(share);
  }

  get #share(): number {
    if (!this.#parts) return 0;
    const share = Math.min(this.#sum(this.#parts), this.#sum(this.#partsBefore ?? this.#parts));
    return this.#isRead ? share : Math.min(share, this.#owned.size / this.#parts.size);
  }

  #sum(parts: Parts): number {
    let sum = 0;
    for (const lease of this.#owned) sum += parts.get(keyOf(lease)) ?? 0;
    return Math.min(sum, 1);
  }

  get #perSecond(): number {
    const rates = this.#options.quotas.map(({ perSecond }) => perSecond).filter((rate) => rate < Infinity);
    return Math.max(...rates, leastRate);
  }
}

/**
 * Beside its lag each partition has an even weight. It is much where little is to do: small lags change from one member's
 * reading to another's by more than they are worth. It is little where much is to do, in whatever partition that is.
 */
function partsOf(lags: readonly PartitionLag[], perSecond: number): Parts {
  const lag = lags.reduce((sum, each) => sum + each.lag, 0);
  const basis = Math.max(leastBasisSeconds * perSecond, smallSeconds * perSecond - lag);
  const total = lag + basis;
  return new Map(lags.map((each) => [keyOf(each), (each.lag + basis / lags.length) / total]));
}

function keyOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}

const tickMs = 1_000;
/** Less is to do than what the quota allows in so long. */
const smallSeconds = 3;
const leastBasisSeconds = 0.15;
const leastRate = 10;
