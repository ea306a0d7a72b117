import { type OutgoingRecord, type RecordProducer, ServiceError } from '@millrace/messaging';
import { settled } from '../connection/pause.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { openTransactions, type Transactions } from '../logs/transactions.ts';

export interface FencedProducerOptions {
  /** Of all producers with this id, only the one that was the last to begin can write. */
  readonly transactionalId: string;
  /** Rejects where the right to write under the id is lost; called each time when the id has been taken, before a record is written. */
  readonly confirm: () => Promise<void>;
}

/**
 * Writes each call's records in one transaction. `send` rejects with `LEASE_LOST` where another producer has taken the id, or
 * where `confirm` rejects, and else as that of any producer.
 */
export interface FencedProducer extends RecordProducer {
  /** What is being sent may or may not arrive; its caller hears that it failed. */
  stop(): Promise<void>;
}

const stopTimeoutMs = 2_500;

/**
 * Nothing connects before the first `send`. Only one call at a time.
 *
 * Whoever takes the id keeps all before from writing, so a process that was away must not take it back: it would keep the
 * rightful writer from writing, and would write what that one has written already. Hence the order: take the id, ask whether
 * it is ours to take, write. A process that is stopped between any two of these steps for as long as one likes either hears
 * that it is not, or finds that Kafka refuses its records, since the rightful one has taken the id later.
 *
 * A producer whose transaction failed is never used again, since its sequence numbers are in doubt.
 */
export function createFencedProducer(
  connection: KafkaConnection,
  { transactionalId, confirm }: FencedProducerOptions,
): FencedProducer {
  const stopped = new AbortController();
  let session: Promise<Transactions> | undefined;

  const open = async (): Promise<Transactions> => {
    const transactions = await openTransactions(connection, transactionalId, stopped.signal);
    try {
      await confirm();
      return transactions;
    } catch (error) {
      await transactions.close();
      throw error;
    }
  };
  const discard = async (): Promise<void> => {
    const discarded = session;
    session = undefined;
    const transactions = await discarded?.catch(() => undefined);
    await transactions?.close();
  };
  const throwIfStopped = (): void => {
    if (stopped.signal.aborted) throw new ServiceError('BROKER_UNAVAILABLE', 'the Kafka producer is stopped');
  };

  return {
    send: async (records: readonly OutgoingRecord[]) => {
      throwIfStopped();
      if (records.length === 0) return;
      session ??= open();
      try {
        await (await session).write(records);
      } catch (error) {
        await discard();
        throwIfStopped();
        throw error;
      }
    },
    stop: async () => {
      stopped.abort();
      await settled(discard(), stopTimeoutMs);
    },
  };
}
