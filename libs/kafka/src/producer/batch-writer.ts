import { ServiceError, type OutgoingRecord } from '@millrace/messaging';
import type { CompressionTypes, Producer, ProducerBatch, TopicMessages } from 'kafkajs';
import type { KafkaClient, KafkaConnection } from '../connection/kafka-connection.ts';
import { reasonOf } from '../connection/kafka-error.ts';
import { messageOf } from './kafka-message.ts';
import { byTopic, isAnotherLeader, LeaderBatches, type Outgoing, withoutAnswer } from './leader-batches.ts';
import { pause, settled } from '../connection/pause.ts';
import { recordBytes } from './send-batch.ts';
import { isTooLarge, sendFailure } from './send-failure.ts';
import { sizeLimitOf, tooLarge } from './size-limit.ts';

/** Few: the loops around kafkajs repeat for as long as it takes, and can be stopped between two attempts. */
const retries = 3;
const pauseMs = 200;
const acksFromAll = -1;
/** Shorter than the client waits, so that the broker says what is missing. */
const acksTimeoutMs = 8_000;
const metadataMaxAgeMs = 30_000;
/** kafkajs answers or fails all that is on its way within 10 s. */
const discardTimeoutMs = 12_000;
const stopTimeoutMs = 2_000;

interface Session {
  readonly client: KafkaClient;
  readonly producer: Producer;
}

/** What of a batch is still to be written, under the numbers that it had: it may have arrived. */
interface BatchEnd {
  readonly missing: readonly Outgoing[];
  readonly again: 'at-once' | 'later';
}

/**
 * Writes the records of one call at a time, each of them once, as long as that call is awaited; again only after a failure
 * that is final for some of them, by whoever called.
 *
 * Brokers drop a repetition by producer id, partition and sequence number. kafkajs takes a failed attempt's numbers back,
 * and whatever it writes next to that partition gets them. Were that anything but the same records, and had the failed
 * attempt arrived after all, the broker would acknowledge the new records and throw them away. Hence the rules here:
 * - one batch per partition at a time, and the same records to the same partitions until they are acknowledged;
 * - a batch goes to one broker ({@link LeaderBatches});
 * - a kafkajs producer whose batch was given up is never used again, since its numbers are in doubt. It is disconnected
 *   first, which waits for what is still on its way, so that nothing of it can arrive after what its successor writes.
 */
export class BatchWriter {
  readonly #connection: KafkaConnection;
  readonly #stopped = new AbortController();
  readonly #batches = new LeaderBatches();
  #session: Promise<Session> | undefined;
  #problem: string | undefined;

  constructor(connection: KafkaConnection) {
    this.#connection = connection;
  }

  /** What went wrong last, for the callers that wait. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Resolves once there is a producer to write with, however long that takes. Rejects when the writer is stopped. */
  async connect(): Promise<void> {
    await this.#connected();
  }

  /** Resolves when every record is acknowledged by all in-sync replicas. Rejects when it never will be, or on `stop`. */
  async write(records: readonly OutgoingRecord[]): Promise<void> {
    let missing = records.map((record): Outgoing => ({ record, message: messageOf(record) }));
    while (missing.length > 0) {
      const ends = await this.#sendAll(missing);
      const left = new Set(ends.flatMap((end) => end.missing));
      missing = missing.filter((each) => left.has(each));
      if (ends.some((end) => end.missing.length > 0 && end.again === 'later')) await this.#pause();
    }
    this.#problem = undefined;
  }

  /** Ends in bounded time, also while it connects. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await settled(this.#end(), 2 * stopTimeoutMs);
  }

  async #end(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    if (session) await disconnect(session, stopTimeoutMs);
  }

  /** Rejects where one of the batches will never be accepted, once none is on its way. */
  async #sendAll(outgoing: readonly Outgoing[]): Promise<readonly BatchEnd[]> {
    const session = await this.#connected();
    const batches = this.#batches.split(outgoing);
    const ends = await Promise.all(batches.map((batch) => this.#send(session, batch)));
    const failedAt = ends.findIndex((end) => end instanceof ServiceError);
    if (failedAt >= 0) await this.#fail(session, ends[failedAt] as ServiceError, batches[failedAt] ?? []);
    return ends as readonly BatchEnd[];
  }

  async #send({ producer }: Session, outgoing: readonly Outgoing[]): Promise<BatchEnd | ServiceError> {
    const batch = toBatch(outgoing);
    try {
      return { missing: withoutAnswer(outgoing, await producer.sendBatch(batch)), again: 'later' };
    } catch (error) {
      if (isAnotherLeader(error)) return { missing: outgoing, again: 'at-once' };
      this.#problem = reasonOf(error);
      const topics = batch.topicMessages.map(({ topic }) => topic);
      return sendFailure(error, topics) ?? { missing: outgoing, again: 'later' };
    }
  }

  async #fail(session: Session, failure: ServiceError, batch: readonly Outgoing[]): Promise<never> {
    await this.#discard(session);
    throw isTooLarge(failure) ? await this.#named(failure, batch) : failure;
  }

  #connected(): Promise<Session> {
    this.#session ??= this.#connect();
    return this.#session;
  }

  async #connect(): Promise<Session> {
    for (;;) {
      this.#throwIfStopped();
      const client = this.#connection.open({ retries });
      const closeOnStop = () => client.close();
      this.#stopped.signal.addEventListener('abort', closeOnStop, { once: true });
      try {
        const producer = client.kafka.producer({ ...producerOptions, createPartitioner: this.#batches.partitioner });
        await producer.connect();
        return { client, producer };
      } catch (error) {
        client.close();
        this.#problem = reasonOf(error);
      } finally {
        this.#stopped.signal.removeEventListener('abort', closeOnStop);
      }
      await this.#pause();
    }
  }

  /** Says what was too large, and how large it may be. */
  async #named(failure: ServiceError, outgoing: readonly Outgoing[]): Promise<ServiceError> {
    const [largest] = outgoing.map(({ record }) => record).toSorted((a, b) => recordBytes(b) - recordBytes(a));
    if (!largest) return failure;
    const limit = await sizeLimitOf(this.#connection, largest.topic);
    const { code, message, cause } = failure;
    return new ServiceError(code, `${message}: ${tooLarge(largest.topic, recordBytes(largest), limit)}`, { cause });
  }

  async #discard(session: Session): Promise<void> {
    this.#connection.log.debug({ reason: this.#problem }, 'Kafka producer is replaced');
    await disconnect(session, discardTimeoutMs);
    this.#session = undefined;
  }

  async #pause(): Promise<void> {
    await pause(pauseMs, this.#stopped.signal);
    this.#throwIfStopped();
  }

  #throwIfStopped(): void {
    if (this.#stopped.signal.aborted) throw new ServiceError('BROKER_UNAVAILABLE', 'the Kafka producer is stopped');
  }
}

const producerOptions = {
  idempotent: true,
  allowAutoTopicCreation: false,
  metadataMaxAge: metadataMaxAgeMs,
};

function toBatch(outgoing: readonly Outgoing[]): ProducerBatch & { readonly topicMessages: TopicMessages[] } {
  const topicMessages = byTopic(outgoing);
  const compression = outgoing.some(({ record }) => record.compression) ? gzip : none;
  return { acks: acksFromAll, timeout: acksTimeoutMs, compression, topicMessages };
}

/** As kafkajs has them under a name that Node cannot import. */
const none: CompressionTypes.None = 0;
const gzip: CompressionTypes.GZIP = 1;

async function disconnect({ client, producer }: Session, timeoutMs: number): Promise<void> {
  await settled(producer.disconnect(), timeoutMs);
  client.close();
}
