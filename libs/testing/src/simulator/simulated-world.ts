import type { VirtualClock } from '@millrace/messaging/testing';
import type { Logger } from '@millrace/telemetry';
import { MemberProcess } from '../in-memory-broker/member-process.ts';
import { inMemoryGroupSource } from '../in-memory-broker/in-memory-group-source.ts';
import type { InMemoryBroker } from '../in-memory-broker/in-memory-broker.ts';
import type { RunEvent } from '../guarantees/run-event.ts';
import type { Emit } from './emit.ts';
import { FaultInjector } from './fault-injector.ts';
import type { FaultyWorld } from './faulty-world.ts';
import { maxRecordsPerFetch, maxRecordsPerPartitionAndFetch } from './held-at-most.ts';
import { group, Member } from './member.ts';
import type { FactCounter } from './run-facts.ts';
import type { Scenario } from './scenario.ts';
import { SimulatedApi } from './simulated-api.ts';
import { simulatedBroker } from './simulated-broker.ts';
import { SimulatedLetters } from './simulated-letters.ts';
import { SimulatedTopics } from './simulated-topics.ts';
import type { TroubledNetwork } from './troubled-network.ts';

export interface SimulatedWorldOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly emit: Emit;
  readonly facts: FactCounter;
  readonly log: Logger;
}

const sourceSettings = {
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 20_000,
  requestTimeoutMs: 5_000,
  metadataMaxAgeMs: 10_000,
  maxWaitMs: 500,
  maxRecords: maxRecordsPerFetch,
  maxRecordsPerPartition: maxRecordsPerPartitionAndFetch,
};
const mostMembers = 4;
/** Over which the first members come. */
const arrivalMs = 2_000;
const targetAsksAgainMs = 200;

/** Everything around the consumers of a run, and the consumers. */
export class SimulatedWorld implements FaultyWorld {
  readonly broker: InMemoryBroker;
  readonly trouble: TroubledNetwork;
  readonly topics: SimulatedTopics;
  readonly letters: SimulatedLetters;
  /** Until when targets take no calls, by the run's clock. */
  targetsClosedUntilMs = 0;
  readonly #options: SimulatedWorldOptions;
  readonly api: SimulatedApi;
  readonly #faults: FaultInjector;
  readonly #members: Member[] = [];
  #over = false;

  constructor(options: SimulatedWorldOptions) {
    const { scenario, seed, clock, emit } = options;
    this.#options = options;
    const { broker, trouble } = simulatedBroker(options);
    this.broker = broker;
    this.trouble = trouble;
    this.api = new SimulatedApi({ plan: scenario.api, seed, clock, emit });
    this.letters = new SimulatedLetters({ seed, clock, emit });
    this.topics = new SimulatedTopics({ broker, scenario, seed, clock, emit });
    this.#faults = new FaultInjector(this, options);
  }

  /** Alive and not on their way out, the oldest first. */
  get serving(): readonly Member[] {
    return this.#members.filter(({ serving }) => serving);
  }

  get alive(): readonly Member[] {
    return this.#members.filter(({ process }) => process.alive);
  }

  /** Faults that go on beyond their time. */
  get faultsUnderway(): boolean {
    return this.#faults.underway;
  }

  /** Makes the topics, and schedules all that is to come. */
  begin(): void {
    const { scenario, clock } = this.#options;
    this.topics.begin();
    this.#faults.begin();
    for (let index = 0; index < scenario.members; index++)
      clock.after(Math.round((arrivalMs * index) / scenario.members), () => this.addMember());
  }

  /** A new process with a consumer in it; not where there are many already. */
  addMember(): Member | undefined {
    if (this.#over || this.alive.length >= mostMembers) return undefined;
    const { scenario, seed, clock, emit, log } = this.#options;
    const name = `m${this.#members.length + 1}`;
    const member = new Member({
      process: new MemberProcess(name, clock),
      plan: scenario.consumer,
      batch: scenario.batch,
      quota: scenario.quota,
      topics: this.topics.names,
      seed: seed + this.#members.length,
      sourceOf: (process) => inMemoryGroupSource(this.broker, { process, ...sourceSettings }),
      api: this.api,
      letters: this.letters,
      closedForMs: () => (clock.mark() < this.targetsClosedUntilMs ? targetAsksAgainMs : undefined),
      emit,
      beginsAt: (lease) => this.topics.renewed.beginsAt(lease),
      log: log.child({ member: name }),
    });
    this.#members.push(member);
    member.start();
    return member;
  }

  happened(event: RunEvent): void {
    this.topics.renewed.happened(event);
    this.#faults.happened(event);
  }

  /** From now on all is well: everything works, and somebody is there to do what is left. */
  calm(): void {
    this.api.calm();
    this.trouble.calm();
    this.letters.calm();
    this.targetsClosedUntilMs = 0;
    this.topics.produceLast();
    if (this.serving.length === 0) this.addMember();
  }

  /** What is not committed yet, for people to read. */
  lag(): readonly string[] {
    const { offsets } = this.broker.group(group);
    return this.topics.logs.flatMap(({ topic, partition, end, start }) => {
      const committed = offsets.get({ topic, partition })?.offset;
      if (committed === end || (committed === undefined && start === end)) return [];
      return [`${topic}/${partition} is committed to ${committed ?? 'nowhere'}, and ends at ${end}`];
    });
  }

  /** Everything that can finish has had the time to. */
  settle(): void {
    this.topics.renewed.settle();
    this.#options.emit({ kind: 'settled' });
  }

  /** Lets all members stop; no more of them come. */
  stopAll(): void {
    this.#over = true;
    for (const member of this.serving) void member.stop();
  }
}
