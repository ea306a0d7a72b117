import type { PartitionProgress, RecordSink, RecordSource, RecordSourceOptions } from '@millrace/messaging';
import { lagOf, LeaseTable, type MembershipTimes } from '@millrace/messaging/membership';
import type { ClientOptions } from './client-options.ts';
import type { InMemoryBroker } from './in-memory-broker.ts';
import { InMemoryClient } from './in-memory-client.ts';
import type { MemberProcess } from './member-process.ts';

/** Times and sizes, as of a group member on kafkajs. */
export type GroupSourceSettings = MembershipTimes &
  Omit<ClientOptions, 'broker' | 'process' | 'group' | 'topics' | 'outOfRange' | 'commitAttempts'>;

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
  maxRecords: 250,
  maxRecordsPerPartition: 100,
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
    const outOfRange = 'tells'; // the client's own commit of "the oldest" would wipe what is stored beside the offset
    const commitAttempts = 1; // a commit is never repeated under a newer generation: the consumer repeats it, if it is still ours
    const own = { broker, process, group, topics, outOfRange, commitAttempts } as const;
    const options = { ...groupSourceDefaults, ...settings, ...own };
    let member: { readonly table: LeaseTable; readonly client: InMemoryClient } | undefined;
    return {
      start: async (sink: RecordSink) => {
        const client = new InMemoryClient(options);
        const table = new LeaseTable({ ...options, clock: process.clock, client, sink });
        member = { table, client };
        client.start(table);
      },
      notReady: () => (member?.client.inGroup ? undefined : 'joining the group'),
      progress: () => (member ? progressOf(member.table) : []),
      lags: async () => {
        const partitions = topics.flatMap((topic) =>
          Array.from({ length: broker.partitionCount(topic) }, (_, partition) => ({ topic, partition })),
        );
        const read = (await member?.client.readOffsets(partitions)) ?? [];
        if (read.length < partitions.length) throw new Error('not all offsets could be read');
        return read.map(lagOf);
      },
      stop: async () => {
        member?.table.endAll();
        const late = new Promise<void>((resolve) => process.clock.after(leaveTimeoutMs, resolve));
        await Promise.race([member?.client.leave(), late]);
      },
    };
  };
}

function progressOf({ leases, withheld }: LeaseTable): PartitionProgress[] {
  return [
    ...leases.map(({ topic, partition, endOffset }) => ({ topic, partition, endOffset })),
    ...withheld.map(({ topic, partition, logStart, logEnd }) => ({
      topic,
      partition,
      committed: logStart,
      endOffset: logEnd,
      withheld: 'waiting for older partitions' as const,
    })),
  ];
}
