import { setImmediate } from 'node:timers';
import type { HttpTarget } from '@millrace/http-client';
import { createInMemoryTarget } from '@millrace/http-client/testing';
import { type Consumer, createConsumer, on } from '@millrace/messaging';
import { InMemoryProducer, seededRandom, VirtualClock } from '@millrace/messaging/testing';
import { createLogger } from '@millrace/telemetry';
import { InMemoryBroker } from '../in-memory-broker/in-memory-broker.ts';
import { inMemoryGroupSource } from '../in-memory-broker/in-memory-group-source.ts';
import { MemberProcess } from '../in-memory-broker/member-process.ts';
import { encodeSimulated, subscribedContract } from '../simulator/simulated-event.ts';
import { CountingApi } from './counting-api.ts';

export interface GroupWorldOptions {
  readonly seed: number;
  /** Of the whole group. */
  readonly perSecond: number;
  /** How long a reading of offsets may take to arrive at the broker, drawn anew for each. @default 80 */
  readonly readLateMs?: number;
}

/** A member of the group. */
export interface QuotaMember {
  readonly process: MemberProcess;
  readonly target: HttpTarget;
  readonly consumer: Consumer;
}

export const partitions = 12;
const topic = 'orders';
const log = createLogger({ service: 'test', level: 'silent' });
const jitterMs = 20;
const callMs = 50;

/** A group whose members share an API's quota: the real consumer and target, on a broker, an API and a clock in memory. */
export class GroupWorld {
  readonly clock = new VirtualClock(Date.UTC(2030, 0, 1));
  readonly api: CountingApi;
  readonly members: QuotaMember[] = [];
  readonly #broker: InMemoryBroker;
  readonly #random: () => number;
  readonly #options: GroupWorldOptions;
  #events = 0;

  constructor(options: GroupWorldOptions) {
    const { seed, readLateMs = 80 } = options;
    const random = seededRandom(seed);
    const reads: ReadonlySet<string> = new Set(['offsets', 'ends']);
    this.#options = options;
    this.#random = random;
    this.api = new CountingApi({ clock: this.clock, random, jitterMs, callMs });
    this.#broker = new InMemoryBroker({
      clock: this.clock,
      random,
      fate: ({ api }) => (reads.has(api) ? { requestMs: 1 + readLateMs * random() } : undefined),
    });
    this.#broker.createTopic(topic, partitions);
  }

  /** Appends events, each of a key of its own. */
  publish(partition: number, count: number): void {
    for (let each = 0; each < count; each++) {
      const id = `e${this.#events++}`;
      const record = encodeSimulated(topic, { id, key: id, kind: 'subscribed', bytes: 1 }, this.clock.now());
      this.#broker.append({ topic, partition }, record);
    }
  }

  /** From now on so many come in per second, to one partition after the other. */
  stream(perSecond: number): { stop(): void } {
    let [next, stopped] = [0, false];
    const one = () => {
      if (stopped) return;
      this.publish(next++ % partitions, 1);
      this.clock.after((2_000 * this.#random()) / perSecond, one);
    };
    one();
    return { stop: () => void (stopped = true) };
  }

  /** What nobody has committed. */
  get lag(): number {
    const { offsets } = this.#broker.group('billing');
    return Array.from({ length: partitions }, (_, partition) => {
      const end = this.#broker.log({ topic, partition })?.end ?? 0;
      return end - (offsets.get({ topic, partition })?.offset ?? 0);
    }).reduce((sum, lag) => sum + lag, 0);
  }

  addMember(): QuotaMember {
    const process = new MemberProcess(`m${this.members.length + 1}`, this.clock);
    const target = createInMemoryTarget(async () => ({ status: await this.api.call() }), {
      name: 'counting',
      timeoutMs: 10_000,
      quota: { perSecond: this.#options.perSecond },
      log,
      clock: process.clock,
    });
    const invoice = on(
      subscribedContract(topic),
      async ({ data }, context) => {
        await target.post('/invoices', data, context);
      },
      { name: 'invoice' },
    );
    const consumer = createConsumer(
      {
        group: 'billing',
        startAt: 'earliest',
        targets: [target],
        subscriptions: [invoice],
        retry: { initialDelayMs: 200, maxDelayMs: 5_000 },
      },
      {
        source: inMemoryGroupSource(this.#broker, { process, maxRecords: 500, maxRecordsPerPartition: 500 }),
        producer: new InMemoryProducer(),
        log,
        random: this.#random,
        clock: process.clock,
      },
    );
    const member = { process, target, consumer };
    this.members.push(member);
    void consumer.start();
    return member;
  }

  /** It drains and leaves the group. */
  removeMember(member: QuotaMember): void {
    this.members.splice(this.members.indexOf(member), 1);
    void member.consumer.stop().then(() => member.process.crash());
  }

  /** Goes on to the next timer only when nothing is left to do at this moment. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.mark() + ms;
    this.clock.after(ms, () => undefined);
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.clock.mark() < until && this.clock.next());
  }
}
