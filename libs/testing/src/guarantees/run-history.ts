import { Absences } from './absences.ts';
import type { Lane, TrackedRecord } from './partition-log.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';
import { StoredCommit } from './stored-commit.ts';
import { TrackedCall } from './tracked-call.ts';
import type { TrackedLease } from './tracked-lease.ts';
import { TrackedPartition } from './tracked-partition.ts';

const none: ReadonlySet<TrackedCall> = new Set();

/**
 * What is known of a run so far, for guarantees to look things up in: constant time per event, but for the end of a member.
 * Throws where the stream contradicts itself, which says nothing about the run.
 */
export class RunHistory {
  readonly #order = new Map<RunEvent, number>();
  readonly #partitions = new Map<string, Map<number, TrackedPartition>>();
  readonly #records = new Map<string, TrackedRecord>();
  readonly #calls = new Map<number, TrackedCall>();
  readonly #runningBy = new Map<string, Set<TrackedCall>>();
  readonly #absences = new Absences();
  readonly #runningIn = new Map<Lane, Set<TrackedCall>>();

  /** As they happened, each once. */
  inOrder(events: readonly RunEvent[]): readonly RunEvent[] {
    const place = (event: RunEvent): number => this.#order.get(event) ?? 0;
    return [...new Set(events)].toSorted((one, other) => place(one) - place(other));
  }

  *partitions(): Generator<TrackedPartition, void> {
    for (const partitions of this.#partitions.values()) yield* partitions.values();
  }

  partition({ topic, partition }: { readonly topic: string; readonly partition: number }): TrackedPartition {
    const ofTopic = this.#partitions.get(topic) ?? new Map<number, TrackedPartition>();
    if (ofTopic.size === 0) this.#partitions.set(topic, ofTopic);
    const known = ofTopic.get(partition);
    if (known) return known;
    const made = new TrackedPartition();
    ofTopic.set(partition, made);
    return made;
  }

  record(id: string): TrackedRecord {
    return this.#records.get(id) ?? contradiction(`record ${id} was never appended`);
  }

  call(call: number): TrackedCall {
    return this.#calls.get(call) ?? contradiction(`call ${call} was never started`);
  }

  /** What a member runs, until it ends or dies. */
  runningBy(member: string): ReadonlySet<TrackedCall> {
    return this.#runningBy.get(member) ?? none;
  }

  /** What runs of a lane, until it ends or its member dies. */
  runningIn(lane: Lane): ReadonlySet<TrackedCall> {
    return this.#runningIn.get(lane) ?? none;
  }

  /** Whether nobody could have kept what `member` does apart from what its successor does. */
  isExcused(member: string): boolean {
    return this.#absences.isExcused(member);
  }

  /** Of a record, the lease under which its member does something now. */
  leaseNow(member: string, { appended }: TrackedRecord): TrackedLease | undefined {
    return this.partition(appended.record).heldBy(member);
  }

  /** Guarantees look at an event once it is part of the history. */
  add(event: RunEvent): void {
    this.#order.set(event, this.#order.size);
    switch (event.kind) {
      case 'appended':
        return this.#append(event);
      case 'removed':
        this.record(event.id).removed ??= event;
        return;
      case 'log-started':
        return this.partition(event).startLog(event);
      case 'granted':
        return this.partition(event).grant(event);
      case 'lost':
        return this.#lose(event);
      case 'call-started':
        return this.#startCall(event);
      case 'call-aborted':
        this.call(event.call).aborted ??= event;
        return;
      case 'call-ended':
        return this.#endCall(event);
      case 'effect':
        this.call(event.call).record.effect ??= event;
        return;
      case 'letter':
        this.record(event.id).letter ??= event;
        return;
      case 'outcome':
        return this.#noteOutcome(event);
      case 'committed':
        return this.#store(event);
      case 'offsets-set':
        return this.partition(event).store(undefined);
      case 'joined':
      case 'stalled':
      case 'expired':
        return this.#absences.note(event);
      case 'crashed':
      case 'stopped':
        return this.#endMember(event);
      case 'held':
      case 'released':
      case 'settled':
        return;
    }
  }

  #append(event: RunEventOf<'appended'>): void {
    const { id, offset } = event.record;
    const { log } = this.partition(event.record);
    const last = log.records.at(-1);
    if (last && last.offset >= offset) contradiction(`${id} was appended at ${offset}, after ${last.toString()}`);
    if (this.#records.has(id)) contradiction(`two records have the id ${id}`);
    this.#records.set(id, log.append(event));
  }

  #lose(event: RunEventOf<'lost'>): void {
    const lease = this.partition(event).leaseOf(event.member, event.epoch);
    if (!lease) contradiction(`${event.member} lost a lease of epoch ${event.epoch} that it was never granted`);
    lease.ended ??= event;
  }

  #startCall(event: RunEventOf<'call-started'>): void {
    const record = this.record(event.id);
    const lease = this.leaseNow(event.member, record);
    const call = new TrackedCall(event, record, lease);
    lease?.handles(record.log);
    record.firstCall ??= event;
    this.#calls.set(event.call, call);
    addTo(this.#runningBy, event.member, call);
    addTo(this.#runningIn, record.lane, call);
  }

  #endCall(event: RunEventOf<'call-ended'>): void {
    const call = this.call(event.call);
    const { record, lease, started } = call;
    this.#runningBy.get(started.member)?.delete(call);
    this.#endIn(record.lane, call);
    if (event.result === 'accepted' && lease) record.accepted = { event, under: lease.granted };
  }

  #noteOutcome(event: RunEventOf<'outcome'>): void {
    const record = this.record(event.id);
    const lease = this.leaseNow(event.member, record);
    lease?.handles(record.log);
    record.outcomes.push({ event, under: lease?.granted });
  }

  #store(event: RunEventOf<'committed'>): void {
    const partition = this.partition(event);
    partition.store(new StoredCommit(event, partition.leaseOf(event.member, event.epoch)));
  }

  #endMember(event: RunEventOf<'crashed' | 'stopped'>): void {
    for (const lease of this.#leasesOf(event.member)) lease.ended ??= event;
    for (const call of this.runningBy(event.member)) this.#endIn(call.record.lane, call);
    this.#runningBy.delete(event.member);
  }

  #endIn(lane: Lane, call: TrackedCall): void {
    const running = this.#runningIn.get(lane);
    if (running?.delete(call) && running.size === 0) this.#runningIn.delete(lane);
  }

  *#leasesOf(member: string): Generator<TrackedLease, void> {
    for (const partition of this.partitions()) {
      const lease = partition.heldBy(member);
      if (lease) yield lease;
    }
  }
}

function addTo<Key>(sets: Map<Key, Set<TrackedCall>>, key: Key, call: TrackedCall): void {
  const known = sets.get(key);
  if (known) known.add(call);
  else sets.set(key, new Set([call]));
}

function contradiction(what: string): never {
  throw new Error(`the run's events contradict each other: ${what}`);
}
