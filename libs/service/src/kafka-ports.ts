import {
  createFencedProducer,
  createKafka,
  createRecordProducer,
  createRecordSource,
  type FencedProducer,
  type FencedProducerOptions,
} from '@millrace/kafka';
import {
  type Consumer,
  type ConsumerOptions,
  createConsumer,
  type RecordProducer,
  type ServiceError,
} from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import type { Component } from './component.ts';
import { RetentionWatch } from './retention-watch.ts';

/** What a service makes on the Kafka of its `KAFKA_BROKERS`; each is a component, to be returned by `build`. */
export interface KafkaPorts {
  readonly createConsumer: (options: ConsumerOptions) => Consumer;
  /** Return it before the components that use it. */
  readonly createProducer: () => RecordProducer & Component;
  /** One of which Kafka lets only the last to open an id write; no component, its owner stops it. */
  readonly createFencedProducer: (options: FencedProducerOptions) => FencedProducer;
}

export interface KafkaPortsOptions {
  readonly clientId: string;
  readonly brokers: readonly string[] | undefined;
  readonly log: Logger;
  /** As {@link KafkaSourceOptions.gaveUp}. */
  readonly gaveUp?: ((reason: ServiceError) => void) | undefined;
}

/** Binds consumers and producers to the service's Kafka; nothing connects before its component is started. */
export function kafkaPorts({ clientId, brokers, log, gaveUp }: KafkaPortsOptions): KafkaPorts {
  if (!brokers) return { createConsumer: refuse, createProducer: refuse, createFencedProducer: refuse };
  const kafka = createKafka({ clientId, brokers, log });
  const createProducer = () => createRecordProducer(kafka);
  return {
    createProducer,
    createFencedProducer: (options) => createFencedProducer(kafka, options),
    createConsumer: (options) => {
      const producer = createProducer();
      const source = (sourceOptions: Parameters<typeof createRecordSource>[1]) =>
        createRecordSource(kafka, sourceOptions, { ...(gaveUp && { gaveUp }) });
      const consumer = createConsumer(options, { log, producer, source });
      const watch = new RetentionWatch({ state: () => consumer.state(), log });
      return {
        name: consumer.name,
        notReady: () => consumer.notReady(),
        state: () => consumer.state(),
        start: async () => {
          await producer.start();
          await consumer.start();
          watch.start();
        },
        stop: async () => {
          watch.stop();
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
