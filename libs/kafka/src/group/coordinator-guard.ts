import type { TopicPartition } from '@millrace/messaging/membership';
import type { Broker, Cluster } from 'kafkajs';
import { isConnectionFailure, protocolErrorOf } from '../connection/kafka-error.ts';
import { pause } from '../connection/pause.ts';

const searchAgainMs = 100;

/** What a member asks of the coordinator, under the generation that it is in. kafkajs' types have only the second of them. */
const asked = ['heartbeat', 'offsetCommit', 'leaveGroup'] as const;
type Asked = (typeof asked)[number];
type Ask = (request: never) => Promise<unknown>;
type Asks = Record<Asked, Ask>;
type Commit = Parameters<Broker['offsetCommit']>[0];

export interface CoordinatorGuardOptions {
  readonly groupId: string;
  readonly closed: () => boolean;
  readonly outOfRange: (partition: TopicPartition) => void;
}

/**
 * Mends three things in how kafkajs deals with the group's coordinator. It takes some failures to connect to it for final, just
 * when the coordinator moves or restarts: here the search goes on. It asks the one that it joined at for as long as that is
 * away, whoever keeps the group by then, and the member loses its place: here requests follow the group to where it is kept,
 * and nobody joins again. And where a position is out of range it commits "the oldest" over the group's place and all that is
 * stored beside it: here `outOfRange` is told instead, and nothing is stored. Returns what finds the coordinator.
 */
export function guardCoordinator(
  cluster: Cluster,
  { groupId, closed, outOfRange }: CoordinatorGuardOptions,
): () => Promise<Broker> {
  const find = cluster.findGroupCoordinator.bind(cluster);
  const own = new WeakMap<Broker, Asks>();
  let keeper: Broker | undefined;

  const following = (name: Asked): Ask => {
    const ask = (broker: Broker | undefined, request: never) => broker && own.get(broker)?.[name](request);
    return async (request) => {
      const before = keeper;
      try {
        return await ask(before, request);
      } catch (error) {
        if (closed() || !hasMoved(error)) throw error;
        const found = await cluster.findGroupCoordinator(request);
        if (found === before) throw error;
        return ask(found, request);
      }
    };
  };

  cluster.findGroupCoordinator = async (group) => {
    keeper = await searched(cluster, () => find(group), closed);
    if (own.has(keeper)) return keeper;
    const broker = keeper as Broker & Asks;
    const asks = asked.map((name) => [name, broker[name].bind(broker) as Ask] as const);
    own.set(keeper, Object.fromEntries(asks) as Asks);
    for (const name of asked) broker[name] = following(name) as never;
    broker.offsetCommit = withoutPlaceholders(broker.offsetCommit, outOfRange);
    return keeper;
  };
  return () => (keeper?.isConnected() ? Promise.resolve(keeper) : cluster.findGroupCoordinator({ groupId }));
}

function hasMoved(error: unknown): boolean {
  return isConnectionFailure(error) || protocolErrorOf(error) === 'NOT_COORDINATOR_FOR_GROUP';
}

async function searched(cluster: Cluster, find: () => Promise<Broker>, closed: () => boolean): Promise<Broker> {
  for (;;) {
    try {
      return await find();
    } catch (error) {
      if (closed() || !isConnectionFailure(error)) throw error;
    }
    await pause(searchAgainMs);
    await cluster.refreshMetadata().catch(() => undefined); // it may be another broker by now
  }
}

/** kafkajs writes such a commit alone, not together with one of ours. */
function withoutPlaceholders(commit: Broker['offsetCommit'], outOfRange: CoordinatorGuardOptions['outOfRange']) {
  return async (request: Commit): Promise<unknown> => {
    const placeholders = request.topics.flatMap(({ topic, partitions }) =>
      partitions.filter(({ offset }) => Number(offset) < 0).map(({ partition }) => ({ topic, partition })),
    );
    if (placeholders.length === 0) return commit(request);
    for (const partition of placeholders) outOfRange(partition);
    return undefined;
  };
}
