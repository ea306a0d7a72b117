import { replayTopicOf } from '@millrace/messaging';
import {
  type Assignments,
  type Claims,
  cooperativeAssignor,
  encodeClaims,
  type JoinedMember,
  type TopicPartition,
} from '@millrace/messaging/membership';
import { type Assigner, AssignerProtocol, type Cluster, type GroupMember, type GroupMemberAssignment } from 'kafkajs';

/** As members of a group say it to the coordinator: it takes in none that do not know an assignor of this name. */
export const assignorName = 'millrace';

const { MemberMetadata, MemberAssignment } = AssignerProtocol;
/** Of Kafka's own envelope. */
const version = 0;

export interface KafkaAssignorOptions {
  readonly group: string;
  /** Called whenever the member is about to ask to join. */
  readonly claims: () => Claims;
}

/** {@link cooperativeAssignor} as kafkajs takes it; topics of replays go with those that they are of. */
export function kafkaAssignor(cluster: Cluster, { group, claims }: KafkaAssignorOptions): Assigner {
  let joins = 0;
  return {
    name: assignorName,
    version,
    protocol: ({ topics }) => {
      const userData = Buffer.from(encodeClaims(claims(), ++joins));
      return { name: assignorName, metadata: MemberMetadata.encode({ version, topics, userData }) };
    },
    assign: async ({ members }) => {
      const joined = members.map(joinedMember);
      const topics = [...new Set(joined.flatMap((member) => member.topics))].toSorted();
      const replays = new Map(topics.map((topic) => [replayTopicOf(topic, group), topic]));
      await learnOf(
        cluster,
        topics.filter((topic) => !replays.has(topic)),
      );
      return answerOf(cooperativeAssignor(joined, partitionsOf(cluster, topics), (topic) => replays.get(topic)));
    },
  };
}

function joinedMember({ memberId, memberMetadata }: GroupMember): JoinedMember {
  const decoded = MemberMetadata.decode(memberMetadata);
  return { memberId, topics: decoded?.topics ?? [], userData: decoded?.userData.toString() ?? '' };
}

/**
 * While a group is upgraded its leader may meet topics that it does not read itself. One that is not there has no partitions.
 * Topics of replays are left to {@link followReplays}: asking about one that is not there, beside others, fails for them all.
 */
async function learnOf(cluster: Cluster, topics: readonly string[]): Promise<void> {
  for (const topic of topics) await cluster.addTargetTopic(topic).catch(() => undefined);
}

function partitionsOf(cluster: Cluster, topics: readonly string[]): TopicPartition[] {
  return topics.flatMap((topic) =>
    cluster
      .findTopicPartitionMetadata(topic)
      .map(({ partitionId }) => ({ topic, partition: partitionId }))
      .toSorted((a, b) => a.partition - b.partition),
  );
}

function answerOf(assignments: Assignments): GroupMemberAssignment[] {
  return Array.from(assignments, ([memberId, share]) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({ version, assignment: byTopic(share), userData: Buffer.alloc(0) }),
  }));
}

function byTopic(share: readonly TopicPartition[]): Record<string, number[]> {
  const topics: Record<string, number[]> = {};
  for (const { topic, partition } of share) (topics[topic] ??= []).push(partition);
  return topics;
}
