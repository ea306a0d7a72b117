import { setImmediate } from 'node:timers';
import { createInMemoryTarget } from '@millrace/http-client/testing';
import type { HttpTarget } from '@millrace/http-client';
import {
  type Consumer,
  type ConsumerOptions,
  createConsumer,
  encodeEvent,
  type EventContract,
} from '@millrace/messaging';
import { InMemoryProducer, VirtualClock } from '@millrace/messaging/testing';
import { createLogger } from '@millrace/telemetry';
import { eventOf, type HearOptions } from './event-of.ts';
import { HandlerWatch } from './handler-watch.ts';
import { Hearing, positionOf } from './hearing.ts';
import { type Heard, heard } from './heard.ts';
import { TestApi } from './test-api.ts';
import type { TestAnswers, TestCall } from './test-answer.ts';
import { TopicSources } from './topic-sources.ts';

/** How an API behaves. */
export interface TestApiOptions {
  readonly answers?: TestAnswers;
  /** How long the target waits for an answer. @default 5_000 */
  readonly timeoutMs?: number;
}

/** An event to publish. */
export interface Occurrence {
  readonly contract: EventContract;
  readonly data: unknown;
  readonly options: HearOptions;
}

/** The engine on ports in memory, and a clock that goes on only when nobody has anything to do. */
export class EngineRun {
  readonly calls: TestCall[] = [];
  readonly #clock = new VirtualClock();
  readonly #producer = new InMemoryProducer();
  readonly #log = createLogger({ service: 'test', level: 'silent' });
  readonly #hearings = new Map<string, Hearing>();
  readonly #watch = new HandlerWatch(this.#hearings);
  readonly #group: string;
  readonly #consumer: Consumer;
  #sources = new TopicSources([]);
  #started: Promise<void> | undefined;

  constructor(consumer: (targetOf: (name: string, options: TestApiOptions) => HttpTarget) => ConsumerOptions) {
    const options = consumer((name, api) => this.#target(name, api));
    const subscriptions = options.subscriptions.map((each) => this.#watch.watch(each));
    this.#group = options.group;
    this.#consumer = createConsumer(
      { ...options, subscriptions },
      {
        source: ({ topics }) => (this.#sources = new TopicSources(topics)),
        producer: this.#producer,
        log: this.#log,
        // The longest wait that the retry policy allows: the same in each run.
        random: () => 1,
        clock: this.#clock,
        ended: (record, outcome) => {
          const hearing = this.#hearings.get(positionOf(record));
          if (hearing) hearing.ended = { outcome, markMs: this.#clock.mark() };
        },
      },
    );
  }

  /** Publishes all at once; resolves when each has its outcome. */
  async hear(occurrences: readonly Occurrence[]): Promise<readonly Heard[]> {
    await (this.#started ??= this.#consumer.start());
    const hearings = occurrences.map((each) => this.#publish(each));
    await this.#passTime(() => hearings.every(({ ended }) => ended));
    return hearings.map((hearing) => heard(hearing, this.#producer.sent));
  }

  #target(name: string, { answers = [200], timeoutMs = 5_000 }: TestApiOptions): HttpTarget {
    const called = (call: TestCall) => this.calls.push(call);
    const api = new TestApi(name, answers, { clock: this.#clock, watch: this.#watch, called });
    return createInMemoryTarget((request) => api.receive(request), {
      name,
      timeoutMs,
      log: this.#log,
      clock: this.#clock,
    });
  }

  #publish({ contract, data, options }: Occurrence): Hearing {
    const { topic, type } = contract;
    const offset = this.#sources.nextOffset(topic);
    if (offset === undefined)
      throw new Error(`${type} is on ${topic}, and group ${this.#group} hears ${this.#sources.topics.join(', ')} only`);
    const event = eventOf(contract, data, { time: new Date(this.#clock.now()), ...options });
    const hearing = new Hearing(event, positionOf({ topic, offset }), this.#clock.mark());
    this.#hearings.set(hearing.position, hearing);
    this.#sources.append(topic, encodeEvent(topic, event));
    return hearing;
  }

  /** Time passes while handlers wait for an API or for their next attempt, not while they do work of their own. */
  async #passTime(done: () => boolean): Promise<void> {
    for (;;) {
      await settled();
      if (done()) return;
      const { ownWork } = this.#watch;
      if (ownWork) await ownWork;
      else if (!this.#clock.next()) return;
    }
  }
}

/** Resolves when all that needs no time has happened. Not the global function, which the test may have replaced. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
