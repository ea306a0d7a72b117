import type { KafkaRecord, PartitionLease, PartitionProgress, RecordSink, RecordSource } from '@millrace/messaging';
import type { LeaseAround } from './lease-around.ts';

/** A source that hands on each lease of another one in a wrapping, and passes everything else on. */
export abstract class SourceAround<Lease extends LeaseAround> implements RecordSource {
  readonly #inner: RecordSource;
  readonly #leases = new Map<PartitionLease, Lease>();

  constructor(inner: RecordSource) {
    this.#inner = inner;
  }

  start(sink: RecordSink): Promise<void> {
    return this.#inner.start({
      granted: (lease) => this.granted(this.#around(lease), sink),
      records: (lease, records, coveredTo) => this.records(this.#around(lease), { records, coveredTo }, sink),
      revoking: (lease, deadlineMs) => this.revoking(this.#around(lease), deadlineMs, sink),
      deleted: (lease, from, to) => sink.deleted?.(this.#around(lease), from, to),
      revoked: (lease) => {
        this.revoked(this.#around(lease), sink);
        this.#leases.delete(lease);
      },
    });
  }

  notReady(): string | undefined {
    return this.#inner.notReady();
  }

  progress(): readonly PartitionProgress[] {
    return this.#inner.progress();
  }

  lags(): ReturnType<NonNullable<RecordSource['lags']>> {
    return this.#inner.lags?.() ?? Promise.resolve([]);
  }

  stop(): Promise<void> {
    return this.#inner.stop();
  }

  protected abstract wrap(lease: PartitionLease): Lease;

  protected granted(lease: Lease, sink: RecordSink): void {
    sink.granted(lease);
  }

  protected records(
    lease: Lease,
    { records, coveredTo }: { readonly records: readonly KafkaRecord[]; readonly coveredTo: number },
    sink: RecordSink,
  ): void {
    sink.records(lease, records, coveredTo);
  }

  protected revoking(lease: Lease, deadlineMs: number, sink: RecordSink): void {
    sink.revoking(lease, deadlineMs);
  }

  protected revoked(lease: Lease, sink: RecordSink): void {
    sink.revoked(lease);
  }

  #around(lease: PartitionLease): Lease {
    const known = this.#leases.get(lease);
    if (known) return known;
    const around = this.wrap(lease);
    this.#leases.set(lease, around);
    return around;
  }
}
