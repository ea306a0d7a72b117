import { createKafka, createRecordProducer, createRecordSource } from '@millrace/kafka';
import { type Consumer, type ConsumerOptions, createConsumer, type RecordProducer } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import type { Component } from './component.ts';

/** What a service makes on the Kafka of its `KAFKA_BROKERS`; each is a component, to be returned by `build`. */
export interface KafkaPorts {
  readonly createConsumer: (options: ConsumerOptions) => Consumer;
  /** Return it before the components that use it. */
  readonly createProducer: () => RecordProducer & Component;
}

export interface KafkaPortsOptions {
  readonly clientId: string;
  readonly brokers: readonly string[] | undefined;
  readonly log: Logger;
}

/** Binds consumers and producers to the service's Kafka; nothing connects before its component is started. */
export function kafkaPorts({ clientId, brokers, log }: KafkaPortsOptions): KafkaPorts {
  if (!brokers) return { createConsumer: refuse, createProducer: refuse };
  const kafka = createKafka({ clientId, brokers, log });
  const createProducer = () => createRecordProducer(kafka);
  return {
    createProducer,
    createConsumer: (options) => {
      const producer = createProducer();
      const source = (sourceOptions: Parameters<typeof createRecordSource>[1]) =>
        createRecordSource(kafka, sourceOptions);
      const consumer = createConsumer(options, { log, producer, source });
      return {
        name: consumer.name,
        notReady: () => consumer.notReady(),
        start: async () => {
          await producer.start();
          await consumer.start();
        },
        stop: async () => {
          try {
            await consumer.stop();
          } finally {
            await producer.stop();
          }
        },
      };
    },
  };
}

function refuse(): never {
  throw new Error('this service has no KAFKA_BROKERS in its configuration; add ...kafkaConfig to it');
}
