import type { Admin } from 'kafkajs';
import type { KafkaConnection } from './kafka-connection.ts';

const retries = 3;

/**
 * Runs `work` on a connection of its own, which is closed afterwards. When `signal` is aborted that connection is broken,
 * and whatever runs on it fails.
 */
export async function withAdmin<Result>(
  connection: KafkaConnection,
  work: (admin: Admin) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted();
  const client = connection.open({ retries });
  signal?.addEventListener('abort', client.close, { once: true });
  try {
    const admin = client.kafka.admin();
    await admin.connect();
    return await work(admin);
  } finally {
    signal?.removeEventListener('abort', client.close);
    client.close();
  }
}
