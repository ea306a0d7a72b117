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

/** {@link cooperativeAssignor} as kafkajs takes it. `claims` is called whenever the member is about to ask to join. */
export function kafkaAssignor(cluster: Cluster, claims: () => Claims): Assigner {
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
      await learnOf(cluster, topics);
      return answerOf(cooperativeAssignor(joined, partitionsOf(cluster, topics)));
    },
  };
}

function joinedMember({ memberId, memberMetadata }: GroupMember): JoinedMember {
  const decoded = MemberMetadata.decode(memberMetadata);
  return { memberId, topics: decoded?.topics ?? [], userData: decoded?.userData.toString() ?? '' };
}

/** While a group is upgraded its leader may meet topics that it does not read itself. One that is not there has no partitions. */
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
