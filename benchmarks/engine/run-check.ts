import type { SampleTopic } from './sample-topic.ts';

/** A record, and the number of its key. */
export interface Called {
  readonly key: number;
  readonly partition: number;
  readonly offset: number;
}

/** Watches a run, so that no engine looks fast because it does the wrong thing. Constant time per record. */
export class RunCheck {
  readonly #running: Uint8Array;
  readonly #last: Float64Array;
  readonly #partitions: { readonly done: Uint8Array; position: number }[];
  #wrong: string | undefined;

  /** `length`: the greatest number of records in a partition. */
  constructor(topic: SampleTopic, { keys, length }: { readonly keys: number; readonly length: number }) {
    this.#running = new Uint8Array(keys);
    this.#last = new Float64Array(keys).fill(-1);
    this.#partitions = topic.partitions.map(() => ({ done: new Uint8Array(length), position: 0 }));
  }

  started({ key, partition, offset }: Called): void {
    if (this.#running[key])
      this.#fail(`offset ${offset} of partition ${partition} was called beside another of its key`);
    if (offset <= this.#last[key]!) this.#fail(`offset ${offset} of partition ${partition} was called out of order`);
    this.#running[key] = 1;
    this.#last[key] = offset;
  }

  ended({ key, partition, offset }: Called): void {
    this.#running[key] = 0;
    this.#partitions[partition]!.done[offset] = 1;
  }

  committed(partition: number, offset: number): void {
    const position = this.#position(partition);
    if (offset > position) this.#fail(`${offset} was committed in partition ${partition}, but ${position} is not done`);
  }

  /** Throws what was wrong with the run, which is over: its last commits, too. */
  close({ partitions }: SampleTopic): void {
    for (const { partition, stored } of partitions) {
      const position = this.#position(partition);
      if ((stored?.offset ?? 0) !== position) this.#fail(`${position} of partition ${partition} was not committed`);
    }
    if (this.#wrong !== undefined) throw new Error(this.#wrong);
  }

  /** The first offset that is not done. */
  #position(partition: number): number {
    const of = this.#partitions[partition]!;
    while (of.done[of.position]) of.position++;
    return of.position;
  }

  #fail(wrong: string): void {
    this.#wrong ??= wrong;
  }
}
