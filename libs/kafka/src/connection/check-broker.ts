import { ServiceError } from '@millrace/messaging';
import type { KafkaConnection } from './kafka-connection.ts';
import { reasonOf } from './kafka-error.ts';
import { pause } from './pause.ts';
import { withAdmin } from './with-admin.ts';

export interface CheckBrokerOptions {
  /** How long to wait for a broker. @default 5_000 */
  readonly timeoutMs?: number;
}

const againMs = 200;

/**
 * Resolves to the number of brokers of the cluster as soon as one answers; rejects with `BROKER_UNAVAILABLE`, saying where
 * and why, when none has answered in time.
 */
export async function checkBroker(
  connection: KafkaConnection,
  { timeoutMs = 5_000 }: CheckBrokerOptions = {},
): Promise<number> {
  const signal = AbortSignal.timeout(timeoutMs);
  let reason = 'no answer';
  let cause: unknown;
  while (!signal.aborted) {
    try {
      const { brokers } = await withAdmin(connection, (admin) => admin.describeCluster(), signal);
      return brokers.length;
    } catch (error) {
      if (!signal.aborted) reason = reasonOf(error);
      cause = error;
    }
    await pause(againMs, signal);
  }
  const where = connection.brokers.join(', ');
  throw new ServiceError('BROKER_UNAVAILABLE', `no Kafka at ${where} in ${timeoutMs} ms: ${reason}`, { cause });
}
