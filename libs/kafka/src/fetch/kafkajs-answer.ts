import type { KafkaMessage } from 'kafkajs';
import type { TopicPartition } from '@millrace/messaging/membership';
import type { FetchAnswer, FetchedPartition } from './fetch-answer.ts';
import type { FetchedBatch } from './record-batches.ts';

/** What kafkajs says of a message; not of one in a format before Kafka 0.11, in which nobody could write transactions. */
type Message = KafkaMessage & Partial<Pick<FetchedBatch, 'isControlRecord' | 'batchContext'>>;

interface Partition extends Omit<FetchedPartition, 'messages' | 'abortedTransactions'> {
  readonly messages: readonly Message[];
  /** Not told by brokers before Kafka 0.11. */
  readonly abortedTransactions?: FetchedPartition['abortedTransactions'] | null;
}

/** An answer to a fetch as kafkajs reads it. */
export interface KafkajsAnswer extends Omit<FetchAnswer, 'responses'> {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly Partition[] }[];
}

const noTransaction = { producerId: '-1', inTransaction: false };

/** The same answer with each message as a batch of its own. */
export function inBatches(answer: KafkajsAnswer): FetchAnswer {
  const responses = answer.responses.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map((partition) => partitionOf(topicName, partition)),
  }));
  return { ...answer, responses };
}

function partitionOf(topic: string, { messages, abortedTransactions, ...rest }: Partition): FetchedPartition {
  const batches = messages.map((message) => batchOf({ topic, partition: rest.partition }, message));
  return { ...rest, messages: batches, abortedTransactions: abortedTransactions ?? [] };
}

function batchOf({ topic, partition }: TopicPartition, message: Message): FetchedBatch {
  const { key, value, headers = {}, isControlRecord = false, batchContext = noTransaction } = message;
  const [offset, timestampMs] = [Number(message.offset), Number(message.timestamp)];
  const record = { topic, partition, offset, timestampMs, key, value, headers };
  return { offset: message.offset, firstOffset: offset, isControlRecord, batchContext, key, records: [record] };
}
