import { type KafkaConnection, openTopicReader, type TopicReader } from '@millrace/kafka';

/** A new one each time: one that was opened before its brokers went would look for them where they were. */
export async function withReader<Result>(
  connection: KafkaConnection,
  work: (reader: TopicReader) => Promise<Result>,
): Promise<Result> {
  const reader = await openTopicReader(connection);
  try {
    return await work(reader);
  } finally {
    reader.close();
  }
}
