import { type OutgoingRecord, ServiceError } from '@millrace/messaging';
import type { Producer, Transaction } from 'kafkajs';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { protocolErrorOf, reasonOf } from '../connection/kafka-error.ts';
import { settled } from '../connection/pause.ts';
import { messageOf } from '../producer/kafka-message.ts';

/** A record for one partition. */
export interface PlacedRecord extends OutgoingRecord {
  readonly partition: number;
}

/** Writes under one transactional id: whoever opens it later ends what was open of it, and keeps the earlier one from writing. */
export interface Transactions {
  /**
   * Writes all of them or none. Rejects with `LEASE_LOST` where another has opened the id since, with `BROKER_UNAVAILABLE`
   * where it is not known whether they were written; nothing more may be written here then.
   */
  write(records: readonly PlacedRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** Many: Kafka says that a transaction is committed before all partitions know, and has the next one wait until then. */
const retries = 20;
const acksFromAll = -1;
const timeoutMs = 20_000;
const closeTimeoutMs = 2_000;
const fencedBy = new Set(['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING']);

/**
 * Opens a transactional id. When it resolves no transaction of an earlier one is open, nor can one be committed any more: what
 * it has committed can be read.
 */
export async function openTransactions(connection: KafkaConnection, transactionalId: string): Promise<Transactions> {
  const client = connection.open({ retries });
  const producer = client.kafka.producer({
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: timeoutMs,
    allowAutoTopicCreation: false,
  });
  const close = async () => {
    await settled(producer.disconnect(), closeTimeoutMs);
    client.close();
  };
  try {
    await producer.connect();
    await (await producer.transaction()).abort(); // kafkajs takes the id when it begins its first transaction
  } catch (error) {
    await close();
    throw failure(transactionalId, error);
  }
  return { write: (records) => writeAll(producer, records).catch(rethrow(transactionalId)), close };
}

function rethrow(transactionalId: string): (error: unknown) => never {
  return (error) => {
    throw failure(transactionalId, error);
  };
}

function failure(transactionalId: string, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (fencedBy.has(protocolErrorOf(error) ?? '')) {
    return new ServiceError('LEASE_LOST', `somebody else has begun to write as ${transactionalId}`, { cause: error });
  }
  const message = `a transaction as ${transactionalId} was not confirmed: ${reasonOf(error)}`;
  return new ServiceError('BROKER_UNAVAILABLE', message, { cause: error });
}

async function writeAll(producer: Producer, records: readonly PlacedRecord[]): Promise<void> {
  const transaction = await producer.transaction();
  try {
    await sendAll(transaction, records);
  } catch (error) {
    await transaction.abort().catch(() => undefined); // Kafka does so in the end
    throw error;
  }
  await transaction.commit();
}

/** kafkajs tells of no partition that it does not know, and of none whose broker it has lost: those are not in its answer. */
async function sendAll(transaction: Transaction, records: readonly PlacedRecord[]): Promise<void> {
  const byTopic = Map.groupBy(records, ({ topic }) => topic);
  const topicMessages = Array.from(byTopic, ([topic, placed]) => ({
    topic,
    messages: placed.map((record) => ({ ...messageOf(record), partition: record.partition })),
  }));
  const answers = await transaction.sendBatch({ acks: acksFromAll, timeout: timeoutMs, topicMessages });
  const answered = new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`));
  const missing = records.find(({ topic, partition }) => !answered.has(`${topic}/${partition}`));
  if (!missing) return;
  throw new ServiceError('BROKER_UNAVAILABLE', `partition ${missing.partition} of ${missing.topic} took no records`);
}
