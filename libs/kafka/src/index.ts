export { checkBroker, type CheckBrokerOptions } from './connection/check-broker.ts';
export {
  deadLetterTopic,
  type EnsuredTopic,
  ensureTopics,
  type EnsureTopicsOptions,
  type PlainTopic,
  replayTopic,
  type WantedTopic,
} from './topics/ensure-topics.ts';
export { createKafka, type KafkaConnection, type KafkaOptions } from './connection/kafka-connection.ts';
export { createFencedProducer, type FencedProducer, type FencedProducerOptions } from './producer/fenced-producer.ts';
export {
  createRecordProducer,
  type KafkaRecordProducer,
  type RecordProducerOptions,
} from './producer/record-producer.ts';
export { type LogRange, openTopicReader, type TopicReader } from './logs/topic-reader.ts';
export { openTransactions, type PlacedRecord, type Transactions } from './logs/transactions.ts';
export { createRecordSource, type KafkaSourceOptions } from './source/record-source.ts';
export type { RecordSourceSettings } from './source/record-source-settings.ts';
export { registerZstd } from './connection/zstd-codec.ts';
