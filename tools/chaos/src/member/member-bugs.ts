import type { Commit, KafkaRecord, PartitionLease, RecordSink, RecordSource } from '@millrace/messaging';
import { LeaseAround } from './lease-around.ts';
import { SourceAround } from './source-around.ts';

/**
 * Bugs that other consumers have had, planted to see that they are found: `commits what was polled` commits records that are
 * still being called; `calls again` repeats a call that had its 200; `forgets the order` calls records of a key side by side.
 */
export const memberBugs = ['commits what was polled', 'calls again', 'forgets the order'] as const;

export type MemberBug = (typeof memberBugs)[number];

/** A source whose leases commit all that was delivered, whatever they are told to. */
export class PolledCommits extends SourceAround<PolledLease> {
  protected wrap(lease: PartitionLease): PolledLease {
    return new PolledLease(lease);
  }

  protected override records(
    lease: PolledLease,
    batch: { readonly records: readonly KafkaRecord[]; readonly coveredTo: number },
    sink: RecordSink,
  ): void {
    lease.polledTo = batch.coveredTo;
    super.records(lease, batch, sink);
  }
}

class PolledLease extends LeaseAround {
  polledTo: number | undefined;

  override commit(commit: Commit): Promise<void> {
    return super.commit(this.polledTo === undefined ? commit : { offset: this.polledTo, metadata: '' });
  }
}

/** The source with the bug in it, where it is one of sources. */
export function withBug(source: RecordSource, bug: MemberBug | undefined): RecordSource {
  return bug === 'commits what was polled' ? new PolledCommits(source) : source;
}
