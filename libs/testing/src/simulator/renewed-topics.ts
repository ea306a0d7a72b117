import type { Commit, KafkaRecord, PartitionLease } from '@millrace/messaging';
import { decodeOffsetMap } from '@millrace/messaging/testing';
import type { InMemoryBroker } from '../in-memory-broker/in-memory-broker.ts';
import type { Emit } from './emit.ts';
import { idOf } from './simulated-broker.ts';

type Beginning = Pick<PartitionLease, 'topic' | 'partition' | 'committed' | 'logEnd'>;

/** How long producers wait after a topic was made anew: who is there has noticed by then. */
const producersWaitMs = 40_000;

/**
 * Topics that were deleted and made again under the same name. A group whose commit lies within the new log takes it for the
 * old one, unless the record beside the commit tells: what it passes over so nobody can notice, and needs no outcome.
 */
export class RenewedTopics {
  readonly #broker: InMemoryBroker;
  readonly #emit: Emit;
  readonly #waitUntilMs = new Map<string, number>();
  /** Partitions in which the next record will tell, if one comes. */
  readonly #undecided = new Map<string, Beginning & { readonly committed: Commit }>();

  constructor({ broker, emit }: { readonly broker: InMemoryBroker; readonly emit: Emit }) {
    this.#broker = broker;
    this.#emit = emit;
  }

  add(topic: string, nowMs: number): void {
    this.#waitUntilMs.set(topic, nowMs + producersWaitMs);
  }

  has(topic: string): boolean {
    return this.#waitUntilMs.has(topic);
  }

  producersWaitUntilMs(topic: string): number {
    return this.#waitUntilMs.get(topic) ?? 0;
  }

  /** A member begins there. */
  beginsAt({ topic, partition, committed, logEnd }: Beginning): void {
    const place = `${topic} ${partition}`;
    this.#undecided.delete(place);
    if (!this.has(topic) || !committed || committed.offset > logEnd) return;
    const beginning = { topic, partition, committed, logEnd };
    if (!namesRecord(committed)) this.#passOver(beginning);
    else if (committed.offset === logEnd) this.#undecided.set(place, beginning);
    else if (!this.#recordsOf(beginning).some(({ offset }) => offset === committed.offset)) this.#passOver(beginning);
  }

  /** No more records come. */
  settle(): void {
    for (const beginning of this.#undecided.values()) {
      const { topic, partition, committed } = beginning;
      if (this.#broker.log({ topic, partition })?.end === committed.offset) this.#passOver(beginning);
    }
  }

  #passOver(beginning: Beginning & { readonly committed: Commit }): void {
    for (const record of this.#recordsOf(beginning))
      if (record.offset < beginning.committed.offset)
        this.#emit({ kind: 'removed', id: idOf(record), why: 'passed over' });
  }

  #recordsOf({ topic, partition }: Beginning): readonly KafkaRecord[] {
    return this.#broker.log({ topic, partition })?.records ?? [];
  }
}

/** Whether a map lies beside the commit, which has the fingerprint of the record there. */
function namesRecord({ offset, metadata }: Commit): boolean {
  const map = decodeOffsetMap(metadata);
  return typeof map === 'object' && map.base === offset;
}
