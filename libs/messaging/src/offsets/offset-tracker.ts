import { checksumOf } from './checksum.ts';
import { fingerprintOf } from './fingerprint.ts';
import { InheritedRanges } from './inherited-ranges.ts';
import { MapGauge } from './map-gauge.ts';
import { decodeOffsetMap, encodeOffsetMap, type NoOffsetMap, type OffsetMap } from './offset-map.ts';
import type { OffsetRange } from './offset-range.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { Commit } from '../ports/record-source.ts';
import { type Unfinished, UnfinishedList } from './unfinished-list.ts';

export type { Unfinished } from './unfinished-list.ts';

/**
 * What a delivered record is: to be handled; `done` in an earlier life of the group, which counts as finished; `known`,
 * since it was delivered or covered before; or the first of `another-log` under the same name, of which nothing was noted.
 */
export type Delivered = Unfinished | 'done' | 'known' | 'another-log';

/**
 * Why an inherited map is not believed: another program's, a later version's, damaged, beside an offset or a log that it was
 * not written for (`moved`), or the record that would prove it right is `gone`.
 */
export type DroppedMap = NoOffsetMap | 'moved' | 'gone';

export interface OffsetTrackerOptions {
  /** Names the log: its topic and partition and, where known, its cluster. A map about another one is not believed. */
  readonly log: string;
  /** The first offset to be delivered. */
  readonly start: number;
  /** What the group had stored. */
  readonly committed: Commit | undefined;
  /** Told once, if the map in `committed` is not believed: what it says to be done will be handled again. */
  readonly dropped: (why: DroppedMap) => void;
}

/**
 * What is finished of one lease, in this life of the group and, by the map it inherited, in earlier ones. A commit says all
 * of it: its offset is the end of the contiguous finished prefix, and its metadata what is finished beyond. Committing it
 * can neither lose a record nor claim one that is not done. Offsets that were passed over (compacted, aborted, control
 * records) count as finished. Constant time per record.
 */
export class OffsetTracker {
  readonly #log: string;
  readonly #dropped: OffsetTrackerOptions['dropped'];
  readonly #list = new UnfinishedList();
  readonly #gauge = new MapGauge();
  /** The inherited map, until its first record is seen. */
  #offered: OffsetMap | undefined;
  #inherited: InheritedRanges;
  #next: number;
  /** One past the last record that is finished. */
  #finishedTo: number;
  /** The base of a map where none is unfinished. */
  #newest: KafkaRecord | undefined;
  #changes = 0;
  #said: { readonly commit: Commit; readonly changes: number };
  #printed: { readonly record: KafkaRecord; readonly fingerprint: string } | undefined;

  constructor({ log, start, committed, dropped }: OffsetTrackerOptions) {
    this.#log = checksumOf(log);
    this.#dropped = dropped;
    this.#next = start;
    this.#finishedTo = start;
    this.#inherited = new InheritedRanges([], start);
    if (committed?.metadata) this.#offered = this.#believable(committed, start);
    const commit = committed && this.#offered ? committed : { offset: start, metadata: '' };
    this.#said = { commit, changes: 0 };
  }

  /** The first offset that is not finished. */
  get position(): number {
    return this.#list.first?.offset ?? this.#inherited.finishedTo;
  }

  /** The first offset that was not delivered. */
  get next(): number {
    return this.#next;
  }

  /** How many offsets from `committed` on are finished: done, or nothing to be done there. */
  finishedBeyond(committed: number): number {
    let finished = this.#next - committed - this.#list.size;
    for (const { from, to } of this.#inherited) finished += to - from;
    return finished;
  }

  /** How many delivered records have no outcome yet. */
  get unfinished(): number {
    return this.#list.size;
  }

  /** The oldest of them. */
  get first(): KafkaRecord | undefined {
    return this.#list.first;
  }

  /** Those of an offset below `offset`, oldest first. */
  unfinishedBelow(offset: number): Iterable<KafkaRecord> {
    return this.#list.below(offset);
  }

  /** Grows with each change of what {@link commit} would say; 0 at the beginning. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * The map is near the limit of its length: no new records, please. Falls back only once there is room for many. What an
   * inherited map speaks of is not new: a partition that took none of it would stand still for ever.
   */
  get nearlyFull(): boolean {
    if (this.#inherited.size > 0) return false;
    return this.#gauge.nearlyFull({
      changes: this.#changes,
      bits: this.#list.bits,
      size: this.#list.size,
      measure: () => this.commit().metadata.length,
    });
  }

  /** Notes a record that came in; they come in rising order of offset. */
  deliver(record: KafkaRecord): Delivered {
    const { offset } = record;
    if (offset < this.#next) return 'known';
    if (this.#offered && this.#judge(this.#offered, record) === 'another-log') return 'another-log';
    this.#moveTo(offset);
    const done = this.#inherited.finishedTo > offset;
    const startsRun = this.#finishedTo > (this.#list.last?.offset ?? offset);
    this.#newest = record;
    this.#moveTo(offset + 1);
    if (!done) return this.#list.append(record, { startsRun });
    this.#finishedTo = offset + 1;
    return 'done';
  }

  /** Notes that everything below `offset` has been delivered or never will be. */
  cover(offset: number): void {
    if (offset <= this.#next) return;
    if (this.#offered) this.#drop('gone');
    this.#moveTo(offset);
  }

  /** Marks a record as done; repeating it changes nothing. */
  finish(unfinished: Unfinished): void {
    if (!this.#list.remove(unfinished)) return;
    this.#finishedTo = Math.max(this.#finishedTo, unfinished.record.offset + 1);
    this.#changes++;
  }

  /** All that is finished, in the form in which it is stored. Takes time by the number of unfinished records. */
  commit(): Commit {
    if (this.#said.changes !== this.#changes) this.#said = { commit: this.#describe(), changes: this.#changes };
    return this.#said.commit;
  }

  #describe(): Commit {
    const base = this.#list.first ?? this.#anchor();
    if (!base) return { offset: this.position, metadata: '' };
    const { offset } = base;
    const fingerprint = this.#fingerprintOf(base);
    const map = { base: offset, log: this.#log, fingerprint, finished: this.#finishedFrom(base) };
    return { offset, metadata: encodeOffsetMap(map) };
  }

  /**
   * With nothing unfinished, but inherited ranges beyond the position: what stands there has not been seen, so that there
   * is no fingerprint of it, and the map begins at the newest record that was.
   */
  #anchor(): KafkaRecord | undefined {
    return this.#inherited.goOn ? this.#newest : undefined;
  }

  #finishedFrom(base: KafkaRecord): readonly OffsetRange[] {
    const { last } = this.#list;
    const rest = last ? { from: last.offset + 1, to: this.#finishedTo } : { from: base.offset, to: this.#next };
    return [...this.#list.gaps(), ...(rest.from < rest.to ? [rest] : []), ...this.#inherited];
  }

  #moveTo(next: number): void {
    if (this.#list.size === 0 || this.#inherited.size > 0) this.#changes++;
    this.#next = next;
    this.#inherited.passTo(next);
  }

  /** A map is for one log, one offset, and one record there; this is about the first two. */
  #believable({ offset, metadata }: Commit, start: number): OffsetMap | undefined {
    const map = decodeOffsetMap(metadata);
    if (typeof map === 'string') return this.#drop(map);
    if (map.log !== this.#log || map.base !== offset) return this.#drop('moved');
    return offset === start ? map : this.#drop('gone');
  }

  /** And this is about the record, the first one that was delivered. */
  #judge({ base, fingerprint, finished }: OffsetMap, record: KafkaRecord): 'another-log' | undefined {
    if (record.offset !== base) return this.#drop('gone');
    if (this.#fingerprintOf(record) !== fingerprint) return 'another-log';
    this.#offered = undefined;
    this.#inherited = new InheritedRanges(finished, base);
    return undefined;
  }

  #drop(why: DroppedMap): undefined {
    this.#offered = undefined;
    this.#dropped(why);
  }

  /** Of one record at a time: a stuck one is asked for at each commit. */
  #fingerprintOf(record: KafkaRecord): string {
    if (this.#printed?.record !== record) this.#printed = { record, fingerprint: fingerprintOf(record) };
    return this.#printed.fingerprint;
  }
}
