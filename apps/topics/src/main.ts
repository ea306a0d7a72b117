import { topics } from '@millrace/contracts';
import { checkBroker, createKafka, ensureTopics } from '@millrace/kafka';
import { runTask } from '@millrace/service';
import { config } from './config.ts';

const progressIntervalMs = 5_000;

await runTask({
  name: 'topics',
  config,
  run: async ({ config: { KAFKA_BROKERS, TOPICS_TIMEOUT_MS, TOPICS_REPLICATION_FACTOR }, log }) => {
    const kafka = createKafka({ clientId: 'topics', brokers: KAFKA_BROKERS, log });
    const waiting = () => log.info({ brokers: KAFKA_BROKERS, timeoutMs: TOPICS_TIMEOUT_MS }, 'waiting for Kafka');
    const progress = setInterval(waiting, progressIntervalMs);
    await checkBroker(kafka, { timeoutMs: TOPICS_TIMEOUT_MS }).finally(() => clearInterval(progress));
    const options = TOPICS_REPLICATION_FACTOR === undefined ? {} : { replicationFactor: TOPICS_REPLICATION_FACTOR };
    for (const { name, partitions, state } of await ensureTopics(kafka, topics, options)) {
      const level = state === 'has fewer partitions than asked for' ? 'warn' : 'info';
      log[level]({ topic: name, partitions }, `topic ${name} ${state}`);
    }
  },
});
