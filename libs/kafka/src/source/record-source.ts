import {
  createSystemClock,
  type PartitionProgress,
  type RecordSink,
  type RecordSource,
  type RecordSourceOptions,
  ServiceError,
} from '@millrace/messaging';
import { GroupMember } from '../group/group-member.ts';
import { LagReader } from '../group/lag-reader.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { pause, settled } from '../connection/pause.ts';
import { Pulse } from '../group/pulse.ts';
import { recordSourceDefaults, type RecordSourceSettings } from './record-source-settings.ts';
import { TopicRetention } from '../topics/topic-retention.ts';

export interface KafkaSourceOptions extends Partial<RecordSourceSettings> {
  /** Called once, when no client has heard anything for long, while Kafka answers others: a new process may fare better. */
  readonly gaveUp?: (reason: ServiceError) => void;
}

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
const endTimeoutMs = 1_000;

/** A {@link RecordSource} on Kafka: a member of the group, and a new one whenever it fails for good. */
export function createRecordSource(
  connection: KafkaConnection,
  options: RecordSourceOptions,
  { gaveUp = () => undefined, ...chosen }: KafkaSourceOptions = {},
): RecordSource {
  const settings = { ...recordSourceDefaults, ...chosen };
  const log = connection.log.child({ group: options.group });
  const clock = createSystemClock();
  const pulse = new Pulse(clock);
  const epochs = new Map<string, number>();
  const retention = new TopicRetention({ connection, topics: options.topics, log });
  const lags = new LagReader({ ...options, ...settings, connection });
  const stopping = new AbortController();
  let member: GroupMember | undefined;
  let running = Promise.resolve();

  const keepMember = async (sink: RecordSink) => {
    let pauseMs = firstPauseMs;
    while (!stopping.signal.aborted) {
      member = new GroupMember({ ...options, connection, settings, sink, log, clock, pulse, epochs });
      await member.run();
      if (pulse.silentMs() > settings.givenUpAfterMs) return gaveUp(noHope(options.group, pulse.silentMs()));
      pauseMs = member.hasWorked ? firstPauseMs : Math.min(2 * pauseMs, longestPauseMs);
      await pause(pauseMs, stopping.signal);
    }
  };
  return {
    start: async (sink) => {
      pulse.heard();
      running = keepMember(sink);
      void retention.follow(stopping.signal);
    },
    notReady: () => (member ? member.notReady() : 'not started'),
    progress: () => (member ? progressOf(member, retention) : []),
    lags: () => lags.read(),
    stop: async () => {
      stopping.abort();
      lags.close();
      await member?.stop();
      await settled(running, endTimeoutMs);
    },
  };
}

function progressOf({ leases, withheld }: GroupMember, retention: TopicRetention): PartitionProgress[] {
  return [
    ...leases.map(({ topic, partition, endOffset }) => ({
      topic,
      partition,
      endOffset,
      retentionMs: retention.of(topic),
    })),
    ...withheld.map(({ topic, partition, logStart, logEnd }) => ({
      topic,
      partition,
      committed: logStart,
      endOffset: logEnd,
      retentionMs: retention.of(topic),
      withheld: 'waiting for older partitions' as const,
    })),
  ];
}

function noHope(group: string, silentMs: number): ServiceError {
  const seconds = Math.round(silentMs / 1_000);
  return new ServiceError(
    'BROKER_UNAVAILABLE',
    `group ${group}: Kafka answers others, but has not answered it for ${seconds} s`,
  );
}
