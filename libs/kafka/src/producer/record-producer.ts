import { type OutgoingRecord, type RecordProducer, ServiceError } from '@millrace/messaging';
import { BatchWriter } from './batch-writer.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { PendingSend } from './pending-send.ts';
import { type BatchPart, nextBatch } from './send-batch.ts';

export interface RecordProducerOptions {
  /** How long a `send` waits for its acknowledgement. @default 5_000 */
  readonly sendTimeoutMs?: number;
}

/** A {@link RecordProducer} as a part of a service. */
export interface KafkaRecordProducer extends RecordProducer {
  readonly name: string;
  /** Begins to connect, and returns: a broker that is away is waited for in the background. */
  start(): Promise<void>;
  /** What is being sent may or may not arrive; its callers hear that it failed. */
  stop(): Promise<void>;
}

/**
 * Writes records with acknowledgement from all in-sync replicas, by an idempotent kafkajs producer.
 *
 * `send` rejects with `BROKER_UNAVAILABLE` when there is no acknowledgement in time and with `TOPIC_MISSING` when a topic
 * does not exist; both are worth a repetition. Calls are written in the order in which they came, those that wait
 * together in one batch.
 *
 * A call whose time is over while kafkajs is still trying cannot be called back: its records may arrive at any time until
 * the attempt has ended, and a repetition written beside it could be overtaken (the second try of A, then B, then the first
 * try of A). So the attempt keeps its place, and everything that comes later, repetitions included, is written after it.
 * Where the repetition brings the very same record objects it takes the attempt over, and nothing is written twice.
 */
export function createRecordProducer(
  connection: KafkaConnection,
  options: RecordProducerOptions = {},
): KafkaRecordProducer {
  const queue = new SendQueue(new BatchWriter(connection), options.sendTimeoutMs ?? 5_000);
  return {
    name: 'kafka-producer',
    start: async () => queue.start(),
    send: (records) => queue.send(records),
    stop: () => queue.stop(),
  };
}

class SendQueue {
  readonly #writer: BatchWriter;
  readonly #timeoutMs: number;
  readonly #queue: PendingSend[] = [];
  /** Calls whose callers gave up after their writing had begun, by their first record. */
  readonly #abandoned = new WeakMap<OutgoingRecord, PendingSend>();
  #state: 'new' | 'running' | 'stopped' = 'new';
  #writing = false;

  constructor(writer: BatchWriter, timeoutMs: number) {
    this.#writer = writer;
    this.#timeoutMs = timeoutMs;
  }

  start(): void {
    this.#state = 'running';
    this.#writer.connect().catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    await this.#writer.stop();
    for (const send of this.#queue.splice(0)) send.fail(notRunning(this.#state));
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const [first] = records;
    if (this.#state !== 'running') throw notRunning(this.#state);
    if (!first) return;
    const send = this.#takeOver(first, records) ?? new PendingSend(records);
    const outcome = send.wait(this.#timeoutMs, () => this.#giveUp(send, first));
    if (!send.done && !this.#queue.includes(send)) this.#queue.push(send);
    if (!this.#writing) void this.#writeAll();
    await outcome;
  }

  #takeOver(first: OutgoingRecord, records: readonly OutgoingRecord[]): PendingSend | undefined {
    const send = this.#abandoned.get(first);
    if (!send?.isRepeatedBy(records)) return undefined;
    this.#abandoned.delete(first);
    return send;
  }

  #giveUp(send: PendingSend, first: OutgoingRecord): ServiceError {
    if (send.begun) this.#abandoned.set(first, send);
    else this.#remove(send);
    const why = this.#writer.problem ? `; last problem: ${this.#writer.problem}` : '';
    const what = `${send.records.length} records for ${send.topics.join(', ')}`;
    return new ServiceError('BROKER_UNAVAILABLE', `Kafka did not confirm ${what} in ${this.#timeoutMs} ms${why}`);
  }

  /** Never rejects: what fails is told to the callers. */
  async #writeAll(): Promise<void> {
    this.#writing = true;
    // Only then is a batch made, so that calls which gave up before there was a connection are not in it.
    while (this.#queue.length > 0 && (await this.#isConnected())) await this.#write(nextBatch(this.#queue));
    this.#writing = false;
  }

  async #isConnected(): Promise<boolean> {
    return this.#writer.connect().then(
      () => this.#state === 'running',
      () => false,
    );
  }

  async #write(batch: readonly BatchPart[]): Promise<void> {
    for (const { send } of batch) send.begin();
    try {
      await this.#writer.write(batch.flatMap(({ records }) => records));
      for (const part of batch) this.#written(part);
    } catch (error) {
      this.#failed(batch, ServiceError.from(error));
    }
  }

  #written({ send, records }: BatchPart): void {
    send.acknowledge(records.length);
    if (send.done || send.abandoned) this.#remove(send);
  }

  #failed(batch: readonly BatchPart[], error: ServiceError): void {
    for (const { send, records } of batch) {
      send.alone = true;
      if (batch.length > 1 && !send.abandoned) continue;
      // Together they may have been more than the topic takes at once.
      if (error.code === 'RECORD_REFUSED' && records.length > 1 && !send.abandoned) {
        send.oneByOne = true;
        continue;
      }
      this.#remove(send);
      const [first] = send.records;
      if (first) this.#abandoned.delete(first);
      send.fail(error);
    }
  }

  #remove(send: PendingSend): void {
    const at = this.#queue.indexOf(send);
    if (at !== -1) this.#queue.splice(at, 1);
  }
}

function notRunning(state: string): ServiceError {
  const why = state === 'new' ? 'is not started' : 'is stopped';
  return new ServiceError('BROKER_UNAVAILABLE', `the Kafka producer ${why}`);
}
