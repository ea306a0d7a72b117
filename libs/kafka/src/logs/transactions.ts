import { type OutgoingRecord, ServiceError } from '@millrace/messaging';
import type { Producer, Transaction } from 'kafkajs';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { protocolErrorOf, reasonOf } from '../connection/kafka-error.ts';
import { settled } from '../connection/pause.ts';
import { messageOf } from '../producer/kafka-message.ts';
import { byTopic, isAnotherLeader, LeaderBatches, type Outgoing, withoutAnswer } from '../producer/leader-batches.ts';
import { inParts } from '../producer/send-batch.ts';
import { sendFailure } from '../producer/send-failure.ts';

/** A record for one partition. */
export interface PlacedRecord extends OutgoingRecord {
  readonly partition: number;
}

/** Where no partition is named, the key decides. */
type Writable = OutgoingRecord & Partial<PlacedRecord>;

/** Writes under one transactional id: whoever opens it later ends what was open of it, and keeps the earlier one from writing. */
export interface Transactions {
  /**
   * Writes all of them or none. Rejects with `LEASE_LOST` where another has opened the id since, with `RECORD_REFUSED` where
   * Kafka will never take one of them, with `TOPIC_MISSING`, and with `BROKER_UNAVAILABLE` where it is not known whether
   * they were written; nothing more may be written here then.
   */
  write(records: readonly Writable[]): Promise<void>;
  close(): Promise<void>;
}

/** Many: Kafka says that a transaction is committed before all partitions know, and has the next one wait until then. */
const retries = 20;
/** Short: that wait is one of milliseconds. */
const initialRetryTime = 10;
const acksFromAll = -1;
const timeoutMs = 20_000;
const closeTimeoutMs = 2_000;
const fencedBy = new Set(['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING']);

/**
 * Opens a transactional id. When it resolves no transaction of an earlier one is open, nor can one be committed any more: what
 * it has committed can be read. Once `signal` is aborted it and what was opened reject.
 */
export async function openTransactions(
  connection: KafkaConnection,
  transactionalId: string,
  signal?: AbortSignal,
): Promise<Transactions> {
  const client = connection.open({ retries, initialRetryTime });
  signal?.addEventListener('abort', client.close, { once: true });
  const batches = new LeaderBatches();
  const producer = client.kafka.producer({
    transactionalId,
    createPartitioner: batches.partitioner,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: timeoutMs,
    allowAutoTopicCreation: false,
  });
  const close = async () => {
    signal?.removeEventListener('abort', client.close);
    await settled(producer.disconnect(), closeTimeoutMs);
    client.close();
  };
  try {
    signal?.throwIfAborted();
    await producer.connect();
    await (await producer.transaction()).abort(); // kafkajs takes the id when it begins its first transaction
  } catch (error) {
    await close();
    throw failure(transactionalId, error);
  }
  const write = async (records: readonly Writable[]) => {
    try {
      await writeAll(producer, batches, records);
    } catch (error) {
      throw failure(transactionalId, error, records);
    }
  };
  return { write, close };
}

function failure(transactionalId: string, error: unknown, records: readonly Writable[] = []): ServiceError {
  if (error instanceof ServiceError) return error;
  if (fencedBy.has(protocolErrorOf(error) ?? '')) {
    return new ServiceError('LEASE_LOST', `somebody else has begun to write as ${transactionalId}`, { cause: error });
  }
  const sent = sendFailure(error, [...new Set(records.map(({ topic }) => topic))]);
  if (sent?.code === 'RECORD_REFUSED' || sent?.code === 'TOPIC_MISSING') return sent;
  const message = `a transaction as ${transactionalId} was not confirmed: ${reasonOf(error)}`;
  return new ServiceError('BROKER_UNAVAILABLE', message, { cause: error });
}

async function writeAll(producer: Producer, batches: LeaderBatches, records: readonly Writable[]): Promise<void> {
  const transaction = await producer.transaction();
  try {
    for (const part of inParts(records)) await sendAll(transaction, batches, part.map(outgoingOf));
  } catch (error) {
    await transaction.abort().catch(() => undefined); // Kafka does so in the end
    throw error;
  }
  await transaction.commit();
}

function outgoingOf(record: Writable): Outgoing {
  const { partition } = record;
  return { record, message: partition === undefined ? messageOf(record) : { ...messageOf(record), partition } };
}

/** Settles once nothing is on its way. */
async function sendAll(transaction: Transaction, batches: LeaderBatches, outgoing: readonly Outgoing[]): Promise<void> {
  const moved: Outgoing[] = [];
  const send = async (batch: readonly Outgoing[]) => {
    try {
      await sendBatch(transaction, batch);
    } catch (error) {
      if (!isAnotherLeader(error)) throw error;
      moved.push(...batch);
    }
  };
  const ends = await Promise.allSettled(batches.split(outgoing).map(send));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  const isMoved = new Set(moved);
  if (moved.length > 0)
    await sendAll(
      transaction,
      batches,
      outgoing.filter((each) => isMoved.has(each)),
    );
}

async function sendBatch(transaction: Transaction, batch: readonly Outgoing[]): Promise<void> {
  const topicMessages = byTopic(batch);
  const answers = await transaction.sendBatch({ acks: acksFromAll, timeout: timeoutMs, topicMessages });
  const [missing] = withoutAnswer(batch, answers);
  if (!missing) return;
  const what = `partition ${missing.message.partition} of ${missing.record.topic}`;
  throw new ServiceError('BROKER_UNAVAILABLE', `${what} took no records`);
}
