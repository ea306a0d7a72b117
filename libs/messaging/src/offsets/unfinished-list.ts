import type { OffsetRange } from './offset-range.ts';
import { mostBits } from './offset-stretch.ts';
import type { KafkaRecord } from '../ports/record.ts';

/** A delivered record without an outcome. What is in it but the record is {@link UnfinishedList}'s. */
export class Unfinished {
  readonly record: KafkaRecord;
  previous: Unfinished | undefined;
  next: Unfinished | undefined;
  /** Something between the previous one and this one is finished. */
  startsRun: boolean;
  finished = false;

  constructor(record: KafkaRecord, previous: Unfinished | undefined, startsRun: boolean) {
    this.record = record;
    this.previous = previous;
    this.startsRun = startsRun;
  }
}

/**
 * Delivered records without an outcome, in order of offset. Neighbours are in one run unless a record between them is
 * finished; offsets between them that hold no record need not be spoken of. Constant time per record.
 */
export class UnfinishedList {
  #first: Unfinished | undefined;
  #last: Unfinished | undefined;
  #size = 0;
  #bits = 0;

  get first(): KafkaRecord | undefined {
    return this.#first?.record;
  }

  get last(): KafkaRecord | undefined {
    return this.#last?.record;
  }

  get size(): number {
    return this.#size;
  }

  /** How many bits it takes at most, but for a few, to tell them from what lies between them. */
  get bits(): number {
    return this.#bits;
  }

  /** `startsRun`: something beyond the last one of the list is finished. */
  append(record: KafkaRecord, { startsRun }: { readonly startsRun: boolean }): Unfinished {
    const added = new Unfinished(record, this.#last, startsRun);
    if (this.#last) this.#last.next = added;
    else this.#first = added;
    this.#bits += bitsBetween(this.#last, added);
    this.#last = added;
    this.#size++;
    return added;
  }

  /** False, and no change, where it was removed before. */
  remove(removed: Unfinished): boolean {
    if (removed.finished) return false;
    removed.finished = true;
    this.#size--;
    this.#unlink(removed);
    return true;
  }

  *below(offset: number): Iterable<KafkaRecord> {
    for (let each = this.#first; each && each.record.offset < offset; each = each.next) yield each.record;
  }

  /** What lies between the runs. */
  gaps(): readonly OffsetRange[] {
    const gaps: OffsetRange[] = [];
    for (let each = this.#first; each?.next; each = each.next) {
      if (each.next.startsRun) gaps.push({ from: each.record.offset + 1, to: each.next.record.offset });
    }
    return gaps;
  }

  #unlink(removed: Unfinished): void {
    const { previous, next } = removed;
    this.#bits += bitsBetween(previous, next) - bitsBetween(previous, removed) - bitsBetween(removed, next);
    if (previous) previous.next = next;
    else this.#first = next;
    if (next) {
      next.previous = previous;
      next.startsRun = true;
    } else this.#last = previous;
    // whoever still holds this one must not hold all that came after it
    removed.previous = undefined;
    removed.next = undefined;
  }
}

function bitsBetween(previous: Unfinished | undefined, next: Unfinished | undefined): number {
  return previous && next ? mostBits(next.record.offset - previous.record.offset) : 0;
}
