import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createKafka, ensureTopics, type KafkaConnection, type RecordSourceSettings } from '@millrace/kafka';
import { type Replicas, TopicRig } from '@millrace/kafka/testing';
import { createLogger } from '@millrace/telemetry';
import type { ApiEntry, Evidence, MemberStory } from '../judging/evidence.ts';
import { machineMs } from '../machine-ms.ts';
import type { MemberEntry, MemberSpec } from '../member/member-protocol.ts';
import { readJournal } from './journals.ts';
import { Member } from './member.ts';
import { readTopic } from './read-topic.ts';
import { type Load, SteadyWriter } from './steady-writer.ts';
import { startStub, type StubProcess } from './stub-process.ts';
import { StoredCommits } from './stored-commits.ts';

export interface WorldOptions {
  readonly name: string;
  readonly brokers: readonly string[];
  /** For journals; made where it is not there. */
  readonly folder: string;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How many partitions, or for each the brokers that keep it, its leader first. */
  readonly partitions: number | Replicas;
  readonly idempotencyKeys: 'honoured' | 'ignored';
  /** @default a median of 15 ms */
  readonly apiLatency?: { readonly medianMs: number; readonly sigma: number };
  readonly concurrency: number;
  /** On top of {@link quickSettings}. */
  readonly settings?: Partial<RecordSourceSettings>;
  readonly signal: AbortSignal;
}

/** What of a member differs from the others. */
export type MemberOptions = Partial<Pick<MemberSpec, 'kill' | 'bug' | 'routes' | 'brokers' | 'apiUrl'>>;

/** Of members that are quick to notice each other's end. */
export const quickSettings = {
  sessionTimeoutMs: 6_000,
  leaseMarginMs: 1_000,
  heartbeatIntervalMs: 300,
  rebalanceTimeoutMs: 10_000,
  drainTimeoutMs: 3_000,
  metadataMaxAgeMs: 2_000,
} satisfies Partial<RecordSourceSettings>;

const drainTimeoutMs = 5_000;
const callTimeoutMs = 5_000;
const lookAgainMs = 50;
const patienceMs = 120_000;
const usualLatency = { medianMs: 15, sigma: 0.5 };

/** One topic, one group, one API, and whoever writes, hears and calls there. */
export class ChaosWorld {
  readonly rig: TopicRig;
  readonly api: StubProcess;
  readonly members: Member[] = [];
  readonly group: string;
  readonly #options: WorldOptions;
  readonly #connection: KafkaConnection;
  readonly #commits: StoredCommits;
  readonly #zeroMs = machineMs();
  #writer: SteadyWriter | undefined;

  static async open(options: WorldOptions): Promise<ChaosWorld> {
    const { brokers, folder, partitions, idempotencyKeys, apiLatency = usualLatency } = options;
    await emptyFolder(folder);
    const log = createLogger({ service: 'chaos', level: 'silent' });
    const connection = createKafka({ brokers, clientId: 'chaos', log });
    const replicas = typeof partitions === 'number' ? Array.from({ length: partitions }, () => [1]) : partitions;
    const [rig, api] = await Promise.all([TopicRig.make(connection, replicas), startStub(join(folder, 'api.jsonl'))]);
    const group = `${options.name}-${rig.topic}`;
    await ensureTopics(connection, [{ name: rig.topic, partitions: replicas.length, groups: [group] }]);
    await api.behave({ idempotencyKeys, latencyMs: apiLatency });
    const commits = await StoredCommits.since(connection, group);
    return new ChaosWorld(options, { connection, rig, api, group, commits });
  }

  private constructor(
    options: WorldOptions,
    parts: {
      readonly connection: KafkaConnection;
      readonly rig: TopicRig;
      readonly api: StubProcess;
      readonly group: string;
      readonly commits: StoredCommits;
    },
  ) {
    this.#options = options;
    this.#connection = parts.connection;
    this.#commits = parts.commits;
    this.rig = parts.rig;
    this.api = parts.api;
    this.group = parts.group;
  }

  get settings(): Partial<RecordSourceSettings> & typeof quickSettings {
    return { ...quickSettings, ...this.#options.settings };
  }

  /** Since it was opened, as all times in {@link evidence}. */
  get nowMs(): number {
    return machineMs() - this.#zeroMs;
  }

  get alive(): readonly Member[] {
    return this.members.filter(({ alive }) => alive);
  }

  get random(): () => number {
    return this.#options.random;
  }

  /** The partition of Kafka's own topic in which the group's commits are: whoever leads it keeps the group. */
  get commitsPartition(): number {
    return this.#commits.partition;
  }

  /** Writes from now on. */
  load(load: Load): SteadyWriter {
    const [connection, { random }] = [this.#connection, this.#options];
    this.#writer = new SteadyWriter({ ...load, connection, topic: this.rig.topic, random });
    return this.#writer;
  }

  /** Starts a process; see {@link Member.calls} for when it is at work. */
  start(options: MemberOptions = {}): Member {
    const { brokers, concurrency, folder } = this.#options;
    const name = `m${this.members.length + 1}`;
    const member = new Member({
      name,
      brokers,
      routes: {},
      group: this.group,
      topic: this.rig.topic,
      apiUrl: this.api.apiUrl,
      journal: join(folder, `${name}.jsonl`),
      concurrency,
      drainTimeoutMs,
      callTimeoutMs,
      settings: this.settings,
      ...options,
    });
    this.members.push(member);
    return member;
  }

  /** Starts so many, and resolves when all are at work. */
  async startAll(count: number, options: MemberOptions = {}): Promise<void> {
    const members = Array.from({ length: count }, () => this.start(options));
    await Promise.all(members.map((member) => this.until(`${member.name} to call`, () => member.calls)));
  }

  /** Resolves when it has come to that; rejects after two minutes, and when the run is interrupted. */
  async until(what: string, condition: () => unknown): Promise<void> {
    const { signal } = this.#options;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    const over = new Promise<never>((_, reject) => {
      limit.addEventListener('abort', () => reject(signal.aborted ? (signal.reason as Error) : tooLong(what)), {
        once: true,
      });
    });
    const look = async (): Promise<void> => {
      while (!limit.aborted && (await condition()) === false) {
        const ended = this.members.find(({ end }) => end?.how === 'by itself');
        if (ended) throw new Error(`${ended.name} ended by itself, while there was a wait for ${what}`);
        await delay(lookAgainMs);
      }
    };
    await Promise.race([look(), over]);
  }

  /** For so long, unless the run is interrupted. */
  async pass(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#options.signal });
  }

  /** Writes no more, lets the members finish what there is, and stops them as services are stopped. */
  async finish(): Promise<void> {
    const writer = this.#writer;
    await this.until('all events to be acknowledged', () => writer?.stop());
    if (this.alive.length === 0) this.start();
    await this.until('every partition to be committed to its end', () => this.#isDone());
    await Promise.all(this.alive.map((member) => this.until(`${member.name} to stop`, () => member.stop())));
  }

  /** What is left of the run; to be asked when it is over. */
  async evidence(): Promise<Evidence> {
    const { folder } = this.#options;
    const zeroMs = this.#zeroMs;
    const acknowledged = [...(this.#writer?.acknowledged ?? [])].map(([id, { dueMs, atMs }]) => {
      return [id, { dueMs: dueMs - zeroMs, atMs: atMs - zeroMs }] as const;
    });
    const commits = await this.#commits.read(this.rig.topic);
    // for whoever looks into a run
    await writeFile(join(folder, 'commits.jsonl'), commits.map((commit) => `${JSON.stringify(commit)}\n`).join(''));
    return {
      records: await readTopic(this.#connection, this.rig.topic),
      acknowledged: new Map(acknowledged),
      members: await Promise.all(this.members.map((member) => storyOf(member, zeroMs))),
      commits,
      api: await readJournal<ApiEntry>(join(folder, 'api.jsonl'), zeroMs),
      wallToMachineMs: machineMs() - (performance.timeOrigin + performance.now()) - zeroMs,
      sessionTimeoutMs: this.settings.sessionTimeoutMs,
    };
  }

  /** Ends all processes of this world, whatever they are doing. */
  async close(): Promise<void> {
    void this.#writer?.stop();
    await Promise.all([...this.alive.map((member) => member.kill()), this.api.end()]);
    this.rig.close();
  }

  async #isDone(): Promise<boolean> {
    const committed = await this.rig.committed(this.group);
    for (const [partition, stored] of committed.entries())
      if ((stored?.offset ?? 0) < (await this.rig.logEnd(partition))) return false;
    return true;
  }
}

/** Without the journals of an earlier run. */
async function emptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const journals = (await readdir(folder)).filter((file) => file.endsWith('.jsonl'));
  await Promise.all(journals.map((file) => rm(join(folder, file))));
}

async function storyOf(member: Member, zeroMs: number): Promise<MemberStory> {
  const { name, end, stalls, spec } = member;
  const since = (ms: number): number => ms - zeroMs;
  return {
    name,
    entries: await readJournal<MemberEntry>(spec.journal, zeroMs),
    end: end && { ...end, atMs: end.atMs === undefined ? undefined : since(end.atMs) },
    stalls: stalls.map(({ fromMs, toMs }) => ({ fromMs: since(fromMs), toMs: since(toMs) })),
  };
}

function tooLong(what: string): Error {
  return new Error(`waited ${patienceMs / 1_000} s for ${what}`);
}
