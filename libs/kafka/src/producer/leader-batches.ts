import type { OutgoingRecord } from '@millrace/messaging';
import type {
  ICustomPartitioner,
  Message,
  PartitionerArgs,
  PartitionMetadata,
  RecordMetadata,
  TopicMessages,
} from 'kafkajs';
import { rootCauseOf } from '../connection/kafka-error.ts';
import { pinnedPartitioner } from './pinned-partitioner.ts';

/** A record, and the message as which kafkajs writes it. */
export interface Outgoing {
  readonly record: OutgoingRecord;
  readonly message: Message;
}

/** A batch is not for one broker: it is to be made anew. Nothing of it was sent. */
class AnotherLeader extends Error {
  /** As kafkajs names what it need not try again. */
  readonly retriable = false;
  constructor() {
    super('partitions of the batch have other leaders than was known');
  }
}

interface Batch {
  /** The broker that leads all of its partitions, as far as known. */
  readonly leader: number | undefined;
  /** Whether it has topics of which nothing is known yet: it is given to kafkajs only to hear of them. */
  readonly learns: boolean;
  readonly last: Message | undefined;
}

/**
 * Makes batches that go to one broker each. Where a batch goes to several and one of them fails, kafkajs repeats it before the
 * others have answered: what they were sent is written again under new numbers, which no broker takes for a repetition; and
 * what has moved meanwhile to one that has answered is never written at all.
 */
export class LeaderBatches {
  readonly #choose = pinnedPartitioner();
  readonly #topics = new Map<string, readonly PartitionMetadata[]>();
  readonly #batches = new WeakMap<Message, Batch>();

  /** For the kafkajs producer that writes the batches; throws {@link AnotherLeader} before anything is sent. */
  readonly partitioner: ICustomPartitioner = () => (args) => this.#place(args);

  /** Batches that can be written at the same time; each has its records in the order of `outgoing`. */
  split(outgoing: readonly Outgoing[]): readonly (readonly Outgoing[])[] {
    const byLeader = Map.groupBy(outgoing, ({ record, message }) => this.#leaderFor(record.topic, message));
    return Array.from(byLeader, ([leader, records]) => {
      const learns = records.some(({ record }) => !this.#topics.has(record.topic));
      const batch = { leader, learns, last: byTopic(records).at(-1)?.messages.at(-1) };
      for (const { message } of records) this.#batches.set(message, batch);
      return records;
    });
  }

  #leaderFor(topic: string, message: Message): number | undefined {
    const partitionMetadata = this.#topics.get(topic);
    if (!partitionMetadata) return undefined;
    message.partition ??= this.#choose({ topic, partitionMetadata: [...partitionMetadata], message });
    return partitionMetadata.find(({ partitionId }) => partitionId === message.partition)?.leader;
  }

  /** kafkajs asks for each message at each attempt, once it knows the topic and before it sends anything. */
  #place({ topic, partitionMetadata, message }: PartitionerArgs): number {
    this.#topics.set(topic, partitionMetadata);
    const leader = this.#leaderFor(topic, message);
    const batch = this.#batches.get(message);
    if (batch?.learns ? message === batch.last : leader !== batch?.leader) throw new AnotherLeader();
    return message.partition ?? 0;
  }
}

export function isAnotherLeader(error: unknown): boolean {
  return rootCauseOf(error) instanceof AnotherLeader;
}

/** kafkajs says nothing of what was for a partition that it does not know. */
export function withoutAnswer(outgoing: readonly Outgoing[], answers: readonly RecordMetadata[]): readonly Outgoing[] {
  const answered = new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`));
  return outgoing.filter(({ record, message }) => !answered.has(`${record.topic}/${message.partition}`));
}

/** A batch as kafkajs takes it, and goes through it. */
export function byTopic(batch: readonly Outgoing[]): TopicMessages[] {
  const topics = Map.groupBy(batch, ({ record }) => record.topic);
  return Array.from(topics, ([topic, outgoing]) => ({ topic, messages: outgoing.map(({ message }) => message) }));
}
