import type { Commit, KafkaRecord, PartitionLease } from '@millrace/messaging';
import { decodePlace } from '@millrace/messaging/membership';
import { decodeOffsetMap } from '@millrace/messaging/testing';
import type { RunEvent } from '../guarantees/run-event.ts';
import type { InMemoryBroker } from '../in-memory-broker/in-memory-broker.ts';
import type { Emit } from './emit.ts';
import { idOf } from './simulated-broker.ts';

type Beginning = Pick<PartitionLease, 'topic' | 'partition' | 'committed' | 'logEnd'>;

/** How long producers wait after a topic was made anew: who is there has noticed by then. */
const producersWaitMs = 40_000;

/**
 * Topics that were deleted and made again under the same name. A group whose commit lies within the new log takes it for the
 * old one, unless the record beside the commit tells; so does a member that reads nothing until the new log has grown past its
 * position. What is passed over so nobody can notice, and needs no outcome.
 */
export class RenewedTopics {
  readonly #broker: InMemoryBroker;
  readonly #emit: Emit;
  /** Who holds a partition, and who has held it since before it was made anew. */
  readonly #holders = new Map<string, Set<string>>();
  readonly #unaware = new Map<string, Set<string>>();
  readonly #waitUntilMs = new Map<string, number>();
  /** Partitions in which the next record will tell, if one comes. */
  readonly #undecided = new Map<string, Beginning & { readonly committed: Commit }>();

  constructor({ broker, emit }: { readonly broker: InMemoryBroker; readonly emit: Emit }) {
    this.#broker = broker;
    this.#emit = emit;
  }

  /** A topic was made anew; who holds one of its partitions does not know yet. */
  add(topic: string, nowMs: number): void {
    for (const [place, members] of this.#holders)
      if (place.startsWith(`${topic} `)) this.#unaware.set(place, new Set(members));
    this.#waitUntilMs.set(topic, nowMs + producersWaitMs);
  }

  has(topic: string): boolean {
    return this.#waitUntilMs.has(topic);
  }

  producersWaitUntilMs(topic: string): number {
    return this.#waitUntilMs.get(topic) ?? 0;
  }

  happened(event: RunEvent): void {
    if (event.kind === 'granted' || event.kind === 'lost') {
      const place = placeOf(event);
      this.#unaware.get(place)?.delete(event.member);
      const holders = this.#holders.get(place) ?? new Set();
      this.#holders.set(place, holders);
      if (event.kind === 'granted') holders.add(event.member);
      else holders.delete(event.member);
    } else if (event.kind === 'crashed')
      for (const members of [...this.#holders.values(), ...this.#unaware.values()]) members.delete(event.member);
  }

  /** A record has come. */
  appended(record: KafkaRecord): void {
    const unaware = this.#unaware.get(placeOf(record));
    if (unaware && unaware.size > 0) this.#emit({ kind: 'removed', id: idOf(record), why: 'passed over' });
  }

  /** A member begins there. */
  beginsAt({ topic, partition, committed, logEnd }: Beginning): void {
    const place = placeOf({ topic, partition });
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

function placeOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic} ${partition}`;
}

/** Whether a map lies beside the commit, which has the fingerprint of the record there. */
function namesRecord({ offset, metadata }: Commit): boolean {
  const map = decodeOffsetMap(decodePlace(metadata).metadata);
  return typeof map === 'object' && map.base === offset;
}
