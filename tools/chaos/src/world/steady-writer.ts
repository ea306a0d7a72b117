import { setTimeout as delay } from 'node:timers/promises';
import { createRecordProducer, type KafkaConnection } from '@millrace/kafka';
import { rowEvent } from '@millrace/kafka/testing';
import { createEvent, encodeEvent, type OutgoingRecord } from '@millrace/messaging';
import { machineMs } from '../machine-ms.ts';

export interface Load {
  readonly perSecond: number;
  readonly keys: number;
}

export interface SteadyWriterOptions extends Load {
  readonly connection: KafkaConnection;
  readonly topic: string;
  /** From 0 to 1, draws the keys. */
  readonly random: () => number;
}

/** An event that Kafka has acknowledged. */
export interface Acknowledged {
  readonly dueMs: number;
  readonly atMs: number;
}

const sliceMs = 20;
const sendTimeoutMs = 2_000;

/**
 * Writes events at a steady pace, whatever happens to Kafka: what could not be written is repeated, the same record objects,
 * before anything later is, as an outbox does.
 */
export class SteadyWriter {
  readonly #options: SteadyWriterOptions;
  readonly #acknowledged = new Map<string, Acknowledged>();
  readonly #numbers = new Map<string, number>();
  readonly #stopping = new AbortController();
  readonly #writing: Promise<void>;
  #made = 0;

  constructor(options: SteadyWriterOptions) {
    this.#options = options;
    this.#writing = this.#write();
    this.#writing.catch(() => undefined);
  }

  /** By event id. */
  get acknowledged(): ReadonlyMap<string, Acknowledged> {
    return this.#acknowledged;
  }

  /** Resolves when all is acknowledged that was begun. */
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { connection, perSecond } = this.#options;
    const { signal } = this.#stopping;
    const producer = createRecordProducer(connection, { sendTimeoutMs });
    await producer.start();
    for (const startMs = machineMs(); !signal.aborted;) {
      const due = Math.floor(((machineMs() - startMs) * perSecond) / 1_000) - this.#made;
      const events = Array.from({ length: Math.max(0, due) }, () => this.#next());
      const records = events.map(({ record }) => record);
      const dueMs = machineMs();
      while (records.length > 0 && !(await producer.send(records).then(yes, no))) await delay(sliceMs);
      const atMs = machineMs();
      for (const { id } of events) this.#acknowledged.set(id, { dueMs, atMs });
      await delay(sliceMs, undefined, { signal }).catch(() => undefined);
    }
    await producer.stop();
  }

  #next(): { readonly id: string; readonly record: OutgoingRecord } {
    const { topic, keys, random } = this.#options;
    this.#made++;
    const key = `key-${Math.floor(random() * keys)}`;
    const number = this.#numbers.get(key) ?? 0;
    this.#numbers.set(key, number + 1);
    const id = `${key}.${number}`;
    const event = createEvent(rowEvent(topic), { key, number }, { source: '/chaos', id });
    return { id, record: encodeEvent(topic, event) };
  }
}

const yes = (): boolean => true;
const no = (): boolean => false;
