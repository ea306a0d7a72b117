import type { Commit, PartitionLease, RecordSink, RecordSource } from '@millrace/messaging';
import type { KillPoints } from './kill-points.ts';
import { LeaseAround } from './lease-around.ts';
import type { Tell } from './member-protocol.ts';
import { SourceAround } from './source-around.ts';

interface Watcher {
  readonly tell: Tell;
  readonly points: KillPoints;
  /** Of the process, commits sent. */
  commits: number;
}

/** A source that tells of each commit before it is sent, and at whose moments the process may be told to die. */
export class ToldSource extends SourceAround<ToldLease> {
  readonly #watcher: Watcher;

  constructor(inner: RecordSource, tell: Tell, points: KillPoints) {
    super(inner);
    this.#watcher = { tell, points, commits: 0 };
  }

  override start(sink: RecordSink): Promise<void> {
    const started = super.start(sink);
    setImmediate(() => this.#watcher.points.reached('joining'));
    return started;
  }

  override async stop(): Promise<void> {
    this.#watcher.points.reached('drained');
    await super.stop();
    this.#watcher.points.reached('left the group');
  }

  protected wrap(lease: PartitionLease): ToldLease {
    return new ToldLease(lease, this.#watcher);
  }

  protected override granted(lease: ToldLease, sink: RecordSink): void {
    this.#watcher.points.reached('partition granted');
    super.granted(lease, sink);
  }

  protected override records(...[lease, batch, sink]: Parameters<SourceAround<ToldLease>['records']>): void {
    if (batch.records.length > 0) this.#watcher.points.reached('records delivered');
    super.records(lease, batch, sink);
  }

  protected override revoking(lease: ToldLease, deadlineMs: number, sink: RecordSink): void {
    this.#watcher.points.reached('partition to be let go');
    super.revoking(lease, deadlineMs, sink);
  }

  protected override revoked(lease: ToldLease, sink: RecordSink): void {
    this.#watcher.points.reached('partition lost');
    super.revoked(lease, sink);
  }
}

class ToldLease extends LeaseAround {
  readonly #watcher: Watcher;

  constructor(inner: PartitionLease, watcher: Watcher) {
    super(inner);
    this.#watcher = watcher;
  }

  override async commit({ offset, metadata }: Commit): Promise<void> {
    const { tell, points } = this.#watcher;
    const { topic, partition, epoch } = this;
    const commit = ++this.#watcher.commits;
    points.reached('commit about to be sent');
    tell({ kind: 'commit-sent', commit, topic, partition, epoch, offset, metadata });
    await super.commit({ offset, metadata });
    tell({ kind: 'commit-confirmed', commit, topic, partition, epoch });
    points.reached('commit confirmed');
  }

  override release(): void {
    super.release();
    this.#watcher.points.reached('partition let go');
  }
}
