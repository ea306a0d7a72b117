import type { Commit, PartitionLease } from '@millrace/messaging';

/** A lease that passes everything on to another one, for what does a little more. */
export class LeaseAround implements PartitionLease {
  protected readonly inner: PartitionLease;

  constructor(inner: PartitionLease) {
    this.inner = inner;
  }

  get topic(): string {
    return this.inner.topic;
  }

  get partition(): number {
    return this.inner.partition;
  }

  get logId(): string {
    return this.inner.logId;
  }

  get epoch(): number {
    return this.inner.epoch;
  }

  get committed(): Commit | undefined {
    return this.inner.committed;
  }

  get logStart(): number {
    return this.inner.logStart;
  }

  get logEnd(): number {
    return this.inner.logEnd;
  }

  get signal(): AbortSignal {
    return this.inner.signal;
  }

  readFrom(offset: number): void {
    this.inner.readFrom(offset);
  }

  commit(commit: Commit): Promise<void> {
    return this.inner.commit(commit);
  }

  release(): void {
    this.inner.release();
  }

  pause(): void {
    this.inner.pause();
  }

  resume(): void {
    this.inner.resume();
  }
}
