import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';

const { Kafka, logLevel } = kafkajs;
const pollMs = 100;

/** Resolves when the group has committed all `records` of the topic; rejects after `limitMs`. */
export async function allCommitted(
  brokers: readonly string[],
  { group, topic, records }: { readonly group: string; readonly topic: string; readonly records: number },
  limitMs: number,
): Promise<void> {
  const kafka = new Kafka({ clientId: 'benchmark', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    for (const giveUpAt = performance.now() + limitMs; ; await delay(pollMs)) {
      const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const committed = offsets?.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0) ?? 0;
      if (committed >= records) return;
      if (performance.now() > giveUpAt)
        throw new Error(`${group} committed ${committed} of ${records} records in ${limitMs / 1_000} s`);
    }
  } finally {
    await admin.disconnect();
  }
}
