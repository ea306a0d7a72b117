import type { Commit, RecordSource } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import type { MemberOptions, SourceWorld, Told, WorldMember } from '@millrace/testing/record-source-suite';
import { TellingSink } from '@millrace/testing/telling-sink';
import { testKafka, uniqueName } from './test-kafka.ts';
import { pause } from '../connection/pause.ts';
import type { RecordSourceSettings } from '../source/record-source-settings.ts';
import { createRecordSource } from '../source/record-source.ts';
import type { KafkaProxy } from './kafka-proxy.ts';
import { createSharedClock } from './shared-clock.ts';
import { shortSettings } from './short-settings.ts';
import { type SpawnedMember, spawnMember } from './spawn-member.ts';
import { type Replicas, type TopicConfigs, TopicRig } from './topic-rig.ts';

/** Where a world is. */
export interface WorldBroker {
  readonly brokers: string;
  /** Freezes it and thaws it: as long as it is frozen, nothing answers. @default it cannot be */
  readonly kill?: (signal: 'SIGSTOP' | 'SIGCONT') => Promise<void>;
}

export interface KafkaMemberOptions extends MemberOptions {
  /** What it reaches the brokers through. @default nothing */
  readonly proxy?: KafkaProxy;
  /** @default {@link shortSettings} */
  readonly settings?: Partial<RecordSourceSettings>;
  /** Where it logs, if it lives here. @default nowhere */
  readonly log?: Logger;
}

const patienceMs = 45_000;
const lookAgainMs = 20;
const reported = 20;

/** A world on a real broker. Members that are not to crash live in this process. */
export class KafkaWorld implements SourceWorld {
  readonly times = { sessionMs: shortSettings.sessionTimeoutMs, drainMs: shortSettings.drainTimeoutMs };
  readonly group = uniqueName();
  readonly rig: TopicRig;
  readonly #broker: WorldBroker;
  readonly #clock = createSharedClock();
  readonly #members: WorldMember[] = [];
  readonly #sources: RecordSource[] = [];
  readonly #spawned: SpawnedMember[] = [];
  #away: Promise<void> = Promise.resolve();

  /** `replicas`: how many partitions, all on node 1, or for each the brokers that keep it, its leader first. */
  static async make(broker: WorldBroker, replicas: number | Replicas, configs: TopicConfigs = {}): Promise<KafkaWorld> {
    const each = typeof replicas === 'number' ? onNodeOne(replicas) : replicas;
    return new KafkaWorld(broker, await TopicRig.make(testKafka(broker), each, configs));
  }

  private constructor(broker: WorldBroker, rig: TopicRig) {
    this.#broker = broker;
    this.rig = rig;
  }

  async member(name: string, options: KafkaMemberOptions = {}): Promise<WorldMember> {
    const member = await (options.apart ? this.spawn(name, options) : this.#memberHere(name, options));
    this.#members.push(member);
    return member;
  }

  /** As {@link member}, apart. */
  async spawn(name: string, { proxy, plan = {}, ...options }: KafkaMemberOptions = {}): Promise<SpawnedMember> {
    const routes = proxy?.ports ?? {};
    const brokers = this.#broker.brokers.split(',');
    const { topic } = this.rig;
    const where = { group: this.#groupId(options), settings: this.#settings(options) };
    const member = await spawnMember({ name, brokers, routes, topic, plan, ...where });
    this.#spawned.push(member);
    return member;
  }

  write(partition: number, count: number): Promise<void> {
    return this.rig.write(partition, count);
  }

  hide(partition: number): Promise<void> {
    return this.rig.writeAborted(partition);
  }

  logEnd(partition: number): Promise<number> {
    return this.rig.logEnd(partition);
  }

  addPartitions(count: number): Promise<void> {
    return this.rig.addPartitions(onNodeOne(count));
  }

  deleteRecords(partition: number, offset: number): Promise<void> {
    return this.rig.deleteRecords(partition, offset);
  }

  makeTopicAnew(): Promise<void> {
    return this.rig.makeAnew();
  }

  async coordinatorAway(ms: number): Promise<void> {
    const { kill } = this.#broker;
    if (!kill) throw new Error('the broker of this world cannot be frozen');
    await kill('SIGSTOP');
    this.#away = pause(ms).then(() => kill('SIGCONT'));
  }

  committed(): Promise<readonly (Commit | undefined)[]> {
    return this.rig.committed(this.group);
  }

  nowMs(): number {
    return this.#clock.mark();
  }

  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = this.nowMs() + patienceMs;
    while (!(await condition())) {
      if (this.nowMs() > endMs) throw new Error(`it never came to this: ${String(condition)}${this.#report()}`);
      await pause(lookAgainMs);
    }
  }

  async close(): Promise<void> {
    await this.#away;
    await Promise.all([
      ...this.#spawned.map((member) => member.crash()),
      ...this.#sources.map((source) => source.stop()),
    ]);
    this.rig.close();
  }

  async #memberHere(name: string, { plan = {}, proxy, log, ...options }: KafkaMemberOptions): Promise<WorldMember> {
    const { brokers } = this.#broker;
    const connection = testKafka({ brokers, ...(log && { log }), ...(proxy && { route: proxy.route }) });
    const told: Told[] = [];
    const group = this.#groupId(options);
    const source = createRecordSource(connection, { group, topics: [this.rig.topic] }, this.#settings(options));
    const sink = new TellingSink({ clock: this.#clock, plan, tell: (each) => void told.push(each) });
    this.#sources.push(source);
    await source.start(sink);
    const apartOnly = () => Promise.reject(new Error(`member ${name} does not live apart`));
    return {
      name,
      group,
      told,
      perform: (wish) => sink.perform(wish),
      state: async () => ({ notReady: source.notReady(), progress: source.progress() }),
      stop: () => source.stop(),
      crash: apartOnly,
      standStill: apartOnly,
    };
  }

  /** What the members have heard last, to find out why. */
  #report(): string {
    const stories = this.#members.map(({ name, told }) => {
      const last = told.filter(({ what }) => what !== 'worked').slice(-reported);
      return last.map((each) => `\n  ${name} ${JSON.stringify(each)}`).join('');
    });
    return stories.join('');
  }

  /** A group of a name that tests choose is told from those of other worlds by the topic's. */
  #groupId({ group }: MemberOptions): string {
    return group === undefined ? this.group : `${this.rig.topic}-${group}`;
  }

  #settings({ settings, sessionMs = this.times.sessionMs }: KafkaMemberOptions): Partial<RecordSourceSettings> {
    return { ...shortSettings, sessionTimeoutMs: sessionMs, ...settings };
  }
}

function onNodeOne(partitions: number): Replicas {
  return Array.from({ length: partitions }, () => [1]);
}
