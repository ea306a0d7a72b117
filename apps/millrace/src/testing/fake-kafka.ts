import type { PlacedRecord } from '@millrace/kafka';
import {
  type Commit,
  deadLetterOf,
  type ErrorCode,
  type KafkaRecord,
  type OutgoingRecord,
  ServiceError,
} from '@millrace/messaging';
import { parseCommand } from '../arguments.ts';
import { carry } from '../run.ts';
import type { Session } from '../session.ts';

/** A record of a topic, by what matters for its dead letter. */
export interface Event {
  readonly key: string | null;
  readonly type?: string;
  readonly partition?: number;
}

export interface GivenUp {
  readonly code?: ErrorCode;
  readonly at?: string;
  readonly attempts?: number;
  readonly heardTypes?: readonly string[];
}

export const day = 86_400_000;
export const start = Date.parse('2026-01-01T00:00:00Z');

/** What the command sees of a Kafka, in memory, and a command line to try it with. The group is `billing`, the topic `orders`. */
export class FakeKafka {
  readonly commits = new Map<number, Commit>();
  /** How many transactions are written before the process is gone. */
  survives = Infinity;
  nowMs = start;
  readonly slept: number[] = [];
  readonly transactions: (readonly PlacedRecord[])[] = [];
  readonly #logs = new Map<string, KafkaRecord[]>();
  readonly #owners = new Map<string, number>();

  log(topic: string): KafkaRecord[] {
    let log = this.#logs.get(topic);
    if (!log) this.#logs.set(topic, (log = []));
    return log;
  }

  /** Appends to `orders`. */
  event({ key, type = 'OrderPlaced', partition = 0 }: Event): KafkaRecord {
    const value = Buffer.from('{"secret":"of a customer"}');
    return this.append({
      topic: 'orders',
      partition,
      key: key === null ? null : Buffer.from(key),
      value,
      headers: { ce_type: type },
    });
  }

  /** Appends the dead letter of a record, as its consumer writes it. */
  giveUp(record: KafkaRecord, { code = 'API_REJECTED', at, attempts = 1, heardTypes }: GivenUp = {}): KafkaRecord {
    const time = at === undefined ? new Date(this.nowMs) : new Date(at);
    const reason = { attempts, firstAt: time, lastAt: time, keyTtlMs: day, ...(heardTypes && { heardTypes }) };
    const failure = new ServiceError(code, 'POST /invoices answered 422');
    return this.append({ ...deadLetterOf(record, 'billing', { failure, ...reason }), partition: record.partition });
  }

  /** Appends the dead letter of a record whose value was too large for the topic of dead letters. */
  giveUpAbridged(record: KafkaRecord): KafkaRecord {
    const headers = { ...record.headers, millrace_dlq_left_out: 'value of 5000000 bytes' };
    return this.giveUp({ ...record, value: null, headers });
  }

  /** What a consumer makes of a replayed record: the dead letter of the record that it was. */
  giveUpAgain(replayed: KafkaRecord, givenUp: GivenUp = {}): KafkaRecord {
    const header = (name: string) => Number(replayed.headers[name]?.toString());
    return this.giveUp({ ...replayed, topic: 'orders', offset: header('millrace_dlq_offset') }, givenUp);
  }

  append({ topic, partition, key, value, headers }: PlacedRecord): KafkaRecord {
    const log = this.log(topic);
    const offset = log.filter((each) => each.partition === partition).length;
    const record = { topic, partition, offset, key, value, headers: asBytes(headers), timestampMs: this.nowMs };
    log.push(record);
    return record;
  }

  /** Carries out a command line; what it said, and how it ended. */
  async run(...argv: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
    const command = parseCommand(['dlq', ...argv]);
    if ('help' in command) throw new Error('help was asked for');
    const texts: string[] = [];
    const code = await carry(command, this.#session(texts));
    return { code, out: texts.join('') };
  }

  async runJson<Said>(...argv: readonly string[]): Promise<Said> {
    const { out } = await this.run(...argv, '--json');
    return JSON.parse(out) as Said;
  }

  #session(texts: string[]): Session {
    return {
      reader: {
        topics: () => Promise.resolve([...this.#logs.keys()]),
        ranges: (topic) => Promise.resolve(this.#ranges(topic)),
        read: async (topic, ranges, take) => {
          for (const { partition, from, to } of ranges)
            take(
              this.log(topic).filter((each) => each.partition === partition && each.offset >= from && each.offset < to),
            );
        },
        committed: () => Promise.resolve(this.commits),
      },
      openTransactions: (topic) => Promise.resolve(this.#open(topic)),
      prepare: () => Promise.resolve(),
      now: () => this.nowMs,
      mark: () => this.nowMs,
      sleep: async (ms) => {
        this.slept.push(ms);
        this.nowMs += ms;
      },
      userName: () => 'operator',
      out: (text) => void texts.push(text),
      progress: { show: () => undefined, end: () => undefined },
    };
  }

  #ranges(topic: string) {
    const byPartition = Map.groupBy(this.#logs.get(topic) ?? [], ({ partition }) => partition);
    return Array.from(byPartition, ([partition, log]) => ({
      partition,
      from: log[0]?.offset ?? 0,
      to: (log.at(-1)?.offset ?? -1) + 1,
    }));
  }

  #open(topic: string) {
    const owner = (this.#owners.get(topic) ?? 0) + 1;
    this.#owners.set(topic, owner);
    return {
      write: async (records: readonly PlacedRecord[]) => {
        if (this.#owners.get(topic) !== owner) throw new ServiceError('LEASE_LOST', 'somebody else writes');
        if (this.survives-- <= 0) throw new Error('killed');
        this.transactions.push(records);
        for (const record of records) this.append(record);
      },
      close: () => Promise.resolve(),
    };
  }
}

function asBytes(headers: OutgoingRecord['headers']): KafkaRecord['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? Buffer.from(value) : value]),
  );
}
