import { randomUUID } from 'node:crypto';
import { createTarget } from '@millrace/http-client';
import {
  createKafka,
  createRecordProducer,
  createRecordSource,
  ensureTopics,
  type KafkaConnection,
  openTopicReader,
} from '@millrace/kafka';
import {
  createConsumer,
  createEvent,
  deadLetterOf,
  defineEvent,
  encodeEvent,
  type ErrorCode,
  type KafkaRecord,
  on,
  type OutgoingRecord,
  ServiceError,
} from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { RecordingApi } from './recording-api.ts';

export interface Row {
  readonly key: string;
  readonly number: number;
}

const log = createLogger({ service: 'test', level: 'silent' });

/** A topic with a group, its API, and what the tests of the command do with them. */
export class DeadLetterRig {
  readonly kafka: KafkaConnection;
  readonly topic: string;
  readonly group = 'billing';
  readonly api = new RecordingApi();
  readonly contract;
  #url = '';

  private constructor(kafka: KafkaConnection) {
    this.kafka = kafka;
    this.topic = `rows-${randomUUID().slice(0, 8)}`;
    this.contract = defineEvent<Row>({
      type: 'RowContinued',
      version: 1,
      description: 'The next one of a row.',
      topic: this.topic,
      schema: z.object({ key: z.string(), number: z.int() }),
      key: ({ key }) => key,
      examples: [{ key: 'a', number: 0 }],
    });
  }

  static async start(partitions: number): Promise<DeadLetterRig> {
    const brokers = process.env['KAFKA_BROKERS'] ?? '';
    const rig = new DeadLetterRig(createKafka({ brokers: brokers.split(','), clientId: 'dlq-test', log }));
    await ensureTopics(rig.kafka, [{ name: rig.topic, partitions, groups: [rig.group] }]);
    rig.#url = await rig.api.start();
    onTestFinished(() => rig.api.stop());
    return rig;
  }

  get deadLetterTopic(): string {
    return `${this.topic}.${this.group}.dlq`;
  }

  /** Publishes rows; the id of each event is `<key>-<number>`. */
  async publish(rows: readonly Row[]): Promise<void> {
    await this.#send(rows.map((row) => this.#recordOf(row)));
  }

  /** All records of a topic. */
  async read(topic: string): Promise<readonly KafkaRecord[]> {
    const reader = await openTopicReader(this.kafka);
    const records: KafkaRecord[] = [];
    await reader.read(topic, await reader.ranges(topic), (more) => void records.push(...more));
    reader.close();
    return records;
  }

  /** Writes the dead letters that a consumer would write of these records. */
  async giveUp(
    records: readonly KafkaRecord[],
    codeOf: (record: KafkaRecord) => ErrorCode,
    at = new Date(),
  ): Promise<void> {
    const day = 86_400_000;
    await this.#send(
      records.map((record) => {
        const failure = new ServiceError(codeOf(record), 'POST /rows was not accepted');
        const reason = {
          failure,
          attempts: 1,
          firstAt: at,
          lastAt: at,
          keyTtlMs: day,
          heardTypes: [this.contract.type],
        };
        return deadLetterOf(record, this.group, reason);
      }),
    );
  }

  /** Starts a member of the group, which gives up at the first failure; resolves once it has joined. */
  async startConsumer(startAt: 'earliest' | 'latest' = 'earliest'): Promise<{ stop(): Promise<void> }> {
    const api = createTarget({ name: 'rows', baseUrl: this.#url, timeoutMs: 5_000, log });
    const producer = createRecordProducer(this.kafka);
    const consumer = createConsumer(
      {
        group: this.group,
        startAt,
        targets: [api],
        concurrency: 64,
        retry: { maxElapsedMs: 0 },
        subscriptions: [
          on(this.contract, async ({ data }, context) => void (await api.post('/rows', data, context)), {
            name: 'rows',
          }),
        ],
      },
      {
        log,
        producer,
        source: (options) => createRecordSource(this.kafka, options, { metadataMaxAgeMs: 1_000 }),
      },
    );
    await producer.start();
    await consumer.start();
    let stopped: Promise<void> | undefined;
    const stopAll = async () => {
      await consumer.stop();
      await producer.stop();
    };
    const stop = () => (stopped ??= stopAll());
    onTestFinished(stop);
    return { stop };
  }

  #recordOf(row: Row): OutgoingRecord {
    const event = createEvent(this.contract, row, { source: '/rows', id: `${row.key}-${row.number}` });
    return encodeEvent(this.topic, event);
  }

  async #send(records: readonly OutgoingRecord[]): Promise<void> {
    const producer = createRecordProducer(this.kafka, { sendTimeoutMs: 30_000 });
    await producer.start();
    for (let at = 0; at < records.length; at += 2_000) await producer.send(records.slice(at, at + 2_000));
    await producer.stop();
  }
}
