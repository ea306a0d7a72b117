import { setImmediate as settled } from 'node:timers/promises';
import type { Commit } from '@millrace/messaging';
import { decodePlace } from '@millrace/messaging/membership';
import { seededRandom, VirtualClock } from '@millrace/messaging/testing';
import { groupSourceDefaults, InMemoryBroker, inMemoryGroupSource, MemberProcess } from '../in-memory-broker/index.ts';
import type { MemberOptions, SourceWorld, WorldMember } from './source-world.ts';
import { TellingSink, type Wish } from './telling-sink.ts';
import type { Told } from './told.ts';

const topic = 'orders';
const theGroup = 'billing';
const longestMs = 3_600_000;
const settings = { ...groupSourceDefaults, requestTimeoutMs: 1_000 };

/** A world on the in-memory broker, in which time passes only while something is awaited. */
export class InMemoryWorld implements SourceWorld {
  readonly times = { sessionMs: settings.sessionTimeoutMs, drainMs: settings.drainTimeoutMs };
  readonly #clock = new VirtualClock(0);
  readonly #broker = new InMemoryBroker({ clock: this.#clock, random: seededRandom(1) });

  constructor(partitions: number) {
    this.#broker.createTopic(topic, partitions);
  }

  async member(name: string, { plan = {}, group = theGroup, sessionMs }: MemberOptions = {}): Promise<WorldMember> {
    const process = new MemberProcess(name, this.#clock);
    const sessionTimeoutMs = sessionMs ?? settings.sessionTimeoutMs;
    const source = inMemoryGroupSource(this.#broker, { process, ...settings, sessionTimeoutMs })({
      group,
      topics: [topic],
    });
    const told: Told[] = [];
    const sink = new TellingSink({ clock: process.clock, plan, tell: (each) => void told.push(each) });
    await source.start(sink);
    const perform = (wish: Wish) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      process.deliver(() => void sink.perform(wish).then(resolve));
      return this.#ending(promise);
    };
    return {
      name,
      group,
      told,
      perform,
      state: async () => ({ notReady: source.notReady(), progress: source.progress() }),
      stop: () => this.#ending(source.stop()),
      crash: async () => process.crash(),
      standStill: async (ms) => process.standStill(ms),
    };
  }

  async write(partition: number, count: number): Promise<void> {
    for (let written = 0; written < count; written++)
      this.#broker.append({ topic, partition }, { key: null, value: null, headers: {} });
  }

  async hide(partition: number): Promise<void> {
    this.#broker.skip({ topic, partition }, 5);
  }

  async logEnd(partition: number): Promise<number> {
    return this.#broker.log({ topic, partition })?.end ?? 0;
  }

  async addPartitions(count: number): Promise<void> {
    this.#broker.addPartitions(topic, count);
  }

  async deleteRecords(partition: number, offset: number): Promise<void> {
    this.#broker.deleteBelow({ topic, partition }, offset);
  }

  async makeTopicAnew(): Promise<void> {
    const partitions = this.#broker.partitionCount(topic);
    this.#broker.deleteTopic(topic, 'deleted');
    this.#broker.createTopic(topic, partitions);
  }

  async coordinatorAway(ms: number): Promise<void> {
    this.#broker.group(theGroup).away(ms, 'kept');
  }

  /** Lets a moment pass, as a request does. */
  async committed(): Promise<readonly (Commit | undefined)[]> {
    await this.until(() => true);
    this.#clock.next();
    const { offsets } = this.#broker.group(theGroup);
    return Array.from({ length: this.#broker.partitionCount(topic) }, (_, partition) => {
      const stored = offsets.get({ topic, partition });
      return stored && { ...stored, metadata: decodePlace(stored.metadata).metadata };
    });
  }

  nowMs(): number {
    return this.#clock.mark();
  }

  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    for (;;) {
      await settled();
      if (await condition()) return;
      if (!this.#clock.next() || this.#clock.mark() > longestMs)
        throw new Error(`it never came to this: ${String(condition)}`);
    }
  }

  async close(): Promise<void> {}

  async #ending<Value>(promise: Promise<Value>): Promise<Value> {
    let over = false;
    const end = () => void (over = true);
    promise.then(end, end);
    await this.until(() => over);
    return promise;
  }
}
