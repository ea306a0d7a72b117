import type { RecordSink, RecordSource, RecordSourceOptions } from '@millrace/messaging';
import type { InMemoryBroker } from './in-memory-broker.ts';
import { LeaseTable, type LeaseTableOptions } from './lease-table.ts';
import type { MemberProcess } from './member-process.ts';

/** Times and sizes, as of a group member on kafkajs. */
export type GroupSourceSettings = Omit<LeaseTableOptions, 'broker' | 'process' | 'group' | 'topics' | 'outOfRange'>;

export interface GroupSourceOptions extends Partial<GroupSourceSettings> {
  /** Where the member lives; what is handed the source takes its time from there, too. */
  readonly process: MemberProcess;
}

export const groupSourceDefaults: GroupSourceSettings = {
  sessionTimeoutMs: 15_000,
  rebalanceTimeoutMs: 30_000,
  heartbeatIntervalMs: 1_000,
  requestTimeoutMs: 10_000,
  metadataMaxAgeMs: 30_000,
  maxWaitMs: 200,
  maxRecords: 100,
  maxRecordsPerPartition: 25,
  drainTimeoutMs: 5_000,
  leaseMarginMs: 2_000,
  commitTimeoutMs: 5_000,
};

/** Longest wait for an answer when the member leaves. */
const leaveTimeoutMs = 4_000;

/** A {@link RecordSource} on the broker: one member of the group, in one process. */
export function inMemoryGroupSource(
  broker: InMemoryBroker,
  { process, ...settings }: GroupSourceOptions,
): (options: RecordSourceOptions) => RecordSource {
  return ({ group, topics }) => {
    let table: LeaseTable | undefined;
    const outOfRange = 'tells'; // the client's own commit of "the oldest" would wipe what is stored beside the offset
    const options = { ...groupSourceDefaults, ...settings, broker, process, group, topics, outOfRange } as const;
    return {
      start: async (sink: RecordSink) => {
        table = new LeaseTable(options, sink);
        table.client.start();
      },
      notReady: () => (table?.client.inGroup ? undefined : 'joining the group'),
      progress: () =>
        Array.from(table?.leases ?? [], ({ topic, partition, endOffset }) => ({ topic, partition, endOffset })),
      stop: async () => {
        table?.stop();
        const late = new Promise<void>((resolve) => process.clock.after(leaveTimeoutMs, resolve));
        await Promise.race([table?.client.leave(), late]);
      },
    };
  };
}
