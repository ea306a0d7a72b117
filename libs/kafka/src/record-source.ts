import type { RecordSink, RecordSource, RecordSourceOptions } from '@millrace/messaging';
import { GroupMember } from './group-member.ts';
import { partitionKey, type TopicPartition } from './group-offsets.ts';
import type { KafkaConnection } from './kafka-connection.ts';
import { pause, settled } from './pause.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
const endTimeoutMs = 1_000;

/** A {@link RecordSource} on Kafka: a member of the group, and a new one whenever it fails for good. */
export function createRecordSource(connection: KafkaConnection, options: RecordSourceOptions): RecordSource {
  const log = connection.log.child({ group: options.group });
  const nextEpoch = epochCounter();
  const stopping = new AbortController();
  let member: GroupMember | undefined;
  let running = Promise.resolve();

  const keepMember = async (sink: RecordSink) => {
    let pauseMs = firstPauseMs;
    while (!stopping.signal.aborted) {
      member = new GroupMember({ ...options, connection, sink, log, nextEpoch });
      await member.run();
      pauseMs = member.hasJoined ? firstPauseMs : Math.min(2 * pauseMs, longestPauseMs);
      await pause(pauseMs, stopping.signal);
    }
  };
  return {
    start: async (sink) => {
      running = keepMember(sink);
    },
    notReady: () => (member ? member.notReady() : 'not started'),
    progress: () => member?.progress() ?? [],
    stop: async () => {
      stopping.abort();
      await member?.stop();
      await settled(running, endTimeoutMs);
    },
  };
}

/** Epochs grow over memberships, so that no two leases of a partition ever have the same. */
function epochCounter(): (partition: TopicPartition) => number {
  const epochs = new Map<string, number>();
  return (partition) => {
    const epoch = (epochs.get(partitionKey(partition)) ?? 0) + 1;
    epochs.set(partitionKey(partition), epoch);
    return epoch;
  };
}
