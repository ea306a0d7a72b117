import type { ConfigResourceTypes } from 'kafkajs';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { settled } from '../connection/pause.ts';
import { withAdmin } from '../connection/with-admin.ts';

/** As kafkajs has it under a name that Node cannot import. */
const topicResource: ConfigResourceTypes.TOPIC = 2;
const setting = 'max.message.bytes';
const timeoutMs = 3_000;

/** How large a batch `topic` takes, in bytes; undefined where the client may not ask, or is not answered. Never rejects. */
export async function sizeLimitOf(connection: KafkaConnection, topic: string): Promise<number | undefined> {
  let limit: number | undefined;
  const ended = new AbortController();
  const read = withAdmin(
    connection,
    async (admin) => {
      const resources = [{ type: topicResource, name: topic, configNames: [setting] }];
      const answer = await admin.describeConfigs({ includeSynonyms: false, resources });
      const value = answer.resources[0]?.configEntries.find(({ configName }) => configName === setting)?.configValue;
      limit = value === undefined ? undefined : Number(value);
    },
    ended.signal,
  );
  await settled(
    read.catch(() => undefined),
    timeoutMs,
  );
  ended.abort();
  return limit;
}

/** In words, for people: what was too large, and what would not have been. */
export function tooLarge(topic: string, largestBytes: number, limit: number | undefined): string {
  const what = `the largest record for ${topic} has ${largestBytes} bytes`;
  return limit === undefined ? what : `${what}, and that topic takes ${limit} (${setting})`;
}
