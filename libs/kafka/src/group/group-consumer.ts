import type { Claims, TopicPartition } from '@millrace/messaging/membership';
import type { Broker, Cluster, Consumer } from 'kafkajs';
import { guardCoordinator } from './coordinator-guard.ts';
import { consumerWithCluster } from '../connection/consumer-cluster.ts';
import { adaptFetches } from '../fetch/lean-fetch.ts';
import { SteadyInterval } from './steady-interval.ts';
import { kafkaAssignor } from './kafka-assignor.ts';
import { goOnWithoutLeaders } from '../connection/leaderless.ts';
import { endlessRetries, type KafkaConnection } from '../connection/kafka-connection.ts';
import { settled } from '../connection/pause.ts';

/** Times of a group member, in ms. */
export interface GroupTimes {
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long a change of a topic's partitions may go unnoticed. */
  readonly metadataMaxAgeMs: number;
}

export interface GroupConsumerOptions extends GroupTimes {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  /** Asked when the member is about to ask to join. */
  readonly claims: () => Claims;
  /** kafkajs wanted to commit "the oldest" or "the newest" for a partition whose position is out of range; it may not. */
  readonly outOfRange: (partition: TopicPartition) => void;
}

/** A kafkajs consumer with what it does not show by itself. */
export interface GroupConsumer {
  readonly consumer: Consumer;
  /** The consumer's own view of the cluster, and its connections. */
  readonly cluster: Cluster;
  /** Whoever keeps the group now; asked for again when that one is away. */
  readonly coordinator: () => Promise<Broker>;
  /** Has it join again at its next fetch. Void where it joins before. */
  rejoin(): void;
  /** Leaves the group, within `timeoutMs` also when nothing answers, and closes all connections. */
  leave(timeoutMs: number): Promise<void>;
  /** Closes all connections at once; the group notices by itself, after the session timeout. */
  close(): void;
}

/** Opens a consumer of group `groupId`; it connects when it is told to. */
export function openGroupConsumer(options: GroupConsumerOptions): GroupConsumer {
  const { connection, groupId, claims, outOfRange } = options;
  const client = connection.open({ retries: endlessRetries });
  const state: GroupState = { inGroup: false, rejoinWanted: false, joining: false };
  const claimsNow = () => {
    Object.assign(state, { rejoinWanted: false, joining: true });
    return claims();
  };
  const heartbeats = new SteadyInterval(options.heartbeatIntervalMs);
  const config = {
    ...fetchSettings,
    sessionTimeout: options.sessionTimeoutMs,
    rebalanceTimeout: options.rebalanceTimeoutMs,
    heartbeatInterval: heartbeats.config,
    metadataMaxAge: options.metadataMaxAgeMs,
    groupId,
    retry: client.retry,
  };
  const { consumer, cluster } = consumerWithCluster(client.kafka, config, (seen) =>
    kafkaAssignor(seen, { group: groupId, claims: claimsNow }),
  );
  const coordinator = guardCoordinator(cluster, { groupId, closed: client.closed, outOfRange });
  adaptFetches(cluster, { maxWaitMs });
  followGroup(consumer, state);
  heartbeats.follow(consumer);
  const leaderless = goOnWithoutLeaders(cluster);
  refreshInTime(cluster, () => (leaderless.some ? leaderlessMaxAgeMs : options.metadataMaxAgeMs));
  beforeEachFetch(cluster, () => {
    if (state.rejoinWanted || state.joining) throw new JoinAgain();
  });
  return {
    consumer,
    cluster,
    coordinator,
    rejoin: () => {
      state.rejoinWanted = state.inGroup;
    },
    leave: async (timeoutMs) => {
      await settled(consumer.disconnect(), timeoutMs);
      client.close();
    },
    close: client.close,
  };
}

interface GroupState {
  inGroup: boolean;
  rejoinWanted: boolean;
  /**
   * Whether it has asked to join and is not in yet. Where that fails, as with a coordinator that is just loading, kafkajs goes
   * on fetching as it did before: what was wished is to be wished again then.
   */
  joining: boolean;
}

/** Out of the group there is nothing to join again: kafkajs does so by itself, and would fail on being told. */
function followGroup(consumer: Consumer, state: GroupState): void {
  const out = () => Object.assign(state, { inGroup: false, rejoinWanted: false, joining: false });
  consumer.on('consumer.group_join', () => Object.assign(state, { inGroup: true, joining: false }));
  consumer.on('consumer.stop', out);
  consumer.on('consumer.crash', out);
}

/** As if a heartbeat had been answered so: kafkajs' one way to join again without leaving first. */
class JoinAgain extends Error {
  readonly type = 'REBALANCE_IN_PROGRESS';
  constructor() {
    super('the member has given up partitions');
  }
}

/** kafkajs asks for metadata before it connects, when nothing can be wanted of it yet, and before each fetch. */
function beforeEachFetch(cluster: Cluster, look: () => void): void {
  const refresh = cluster.refreshMetadataIfNecessary.bind(cluster);
  cluster.refreshMetadataIfNecessary = async () => {
    look();
    await refresh();
  };
}

/** How long a partition may go unread that has a leader again. */
const leaderlessMaxAgeMs = 1_000;

/** kafkajs tells the age of its metadata by the clock on the wall, which may be set back. */
function refreshInTime(cluster: Cluster, maxAgeMs: () => number): void {
  const refresh = cluster.refreshMetadataIfNecessary.bind(cluster);
  let refreshedMark = performance.now();
  cluster.refreshMetadataIfNecessary = async () => {
    if (performance.now() - refreshedMark < maxAgeMs()) return refresh();
    refreshedMark = performance.now();
    await cluster.refreshMetadata();
  };
}

/** How long a fetch stays open, and so how long a seek or a heartbeat may have to wait. It delays no record. */
const maxWaitMs = 200;

const fetchSettings = {
  /** How long kafkajs rests while all partitions are paused, and so how long a resume may have to wait. */
  maxWaitTimeInMs: 20,
  minBytes: 1,
  /** Small: so much of each partition may be kept while it is paused. A larger batch comes whole. */
  maxBytesPerPartition: 128 * 1024,
  maxBytes: 2 * 1024 * 1024,
  allowAutoTopicCreation: false,
  readUncommitted: false,
};
