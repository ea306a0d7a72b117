export { checkBroker, type CheckBrokerOptions } from './check-broker.ts';
export {
  deadLetterTopic,
  type EnsuredTopic,
  ensureTopics,
  type EnsureTopicsOptions,
  type PlainTopic,
  type WantedTopic,
} from './ensure-topics.ts';
export { createKafka, type KafkaConnection, type KafkaOptions } from './kafka-connection.ts';
export { createRecordProducer, type KafkaRecordProducer, type RecordProducerOptions } from './record-producer.ts';
export { createRecordSource, type KafkaSourceOptions } from './record-source.ts';
export type { RecordSourceSettings } from './record-source-settings.ts';
export { registerZstd } from './zstd-codec.ts';
