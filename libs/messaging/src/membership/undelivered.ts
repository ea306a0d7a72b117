import type { KafkaRecord } from '../ports/record.ts';
import type { Fetched } from './group-client.ts';

/** What was fetched of a partition and is not delivered yet, in order. */
export class Undelivered {
  #fetches: { readonly records: Iterator<KafkaRecord>; readonly end: number }[] = [];

  get isEmpty(): boolean {
    return this.#fetches.length === 0;
  }

  /** One past the last offset of it; undefined where there is nothing. */
  get end(): number | undefined {
    return this.#fetches.at(-1)?.end;
  }

  add({ records, lastOffset }: Fetched): void {
    this.#fetches.push({ records: records[Symbol.iterator](), end: lastOffset + 1 });
  }

  /** The next `most` records at offset `from` or later, of one fetch, and the first offset that they say nothing about. */
  take(from: number, most: number): { readonly records: readonly KafkaRecord[]; readonly coveredTo: number } {
    const records: KafkaRecord[] = [];
    const [fetch] = this.#fetches;
    if (!fetch) return { records, coveredTo: from };
    for (let next = fetch.records.next(); !next.done; next = fetch.records.next()) {
      const { value: record } = next;
      if (record.offset >= from) records.push(record);
      if (records.length === most) return { records, coveredTo: record.offset + 1 };
    }
    this.#fetches.shift();
    return { records, coveredTo: fetch.end };
  }

  clear(): void {
    this.#fetches = [];
  }
}
