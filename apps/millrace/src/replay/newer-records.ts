import type { LogRange, TopicReader } from '@millrace/kafka';
import { doneOffsets, headerText, type KafkaRecord } from '@millrace/messaging';
import type { Decisions } from '../letters/decision.ts';
import type { Letter } from '../letters/letter.ts';

export type SourceReader = Pick<TopicReader, 'ranges' | 'read' | 'committed'>;

export interface NewerRecordsOptions {
  readonly reader: SourceReader;
  /** All of the topic of dead letters. */
  readonly letters: readonly Letter[];
  readonly decisions: Decisions;
}

/**
 * Looks for records that came after dead letters, under their keys, and that their group has done since: reads the topic from
 * the oldest of the letters on, as far as the group has got. Says for people what it has found, by letter.
 *
 * A newer record that is a dead letter itself is not done, unless it was replayed and has not come back. One of a type that the
 * group does not hear was skipped, and supersedes nothing.
 */
export async function newerRecords(
  candidates: readonly Letter[],
  { reader, letters, decisions }: NewerRecordsOptions,
): Promise<ReadonlyMap<Letter, string>> {
  const found = new Map<Letter, string>();
  const keyed = candidates.filter(({ record }) => record.key !== null);
  const [first] = keyed;
  if (!first) return found;
  const { topic } = first.origin;
  const [ranges, commits] = await Promise.all([reader.ranges(topic), reader.committed(first.group, topic)]);
  const open = openOffsets(letters, decisions);
  const toRead: LogRange[] = [];
  const lookers = new Map<number, Looker>();
  for (const [partition, own] of Map.groupBy(keyed, ({ origin }) => origin.partition)) {
    const commit = commits.get(partition);
    const range = ranges.find((each) => each.partition === partition);
    if (!commit || !range) continue;
    for (const letter of own.filter(({ origin }) => origin.offset + 1 < range.from)) found.set(letter, goneText(range));
    const { isDone, end } = doneOffsets(commit);
    const from = Math.max(range.from, Math.min(...own.map(({ origin }) => origin.offset)) + 1);
    toRead.push({ partition, from, to: Math.min(end, range.to) });
    const isOpen = (offset: number) => open.has(`${partition}/${offset}`);
    lookers.set(partition, new Looker(own, (offset) => isDone(offset) && !isOpen(offset)));
  }
  await reader.read(topic, toRead, (records) => {
    for (const record of records) lookers.get(record.partition)?.look(record, found);
  });
  return found;
}

function goneText({ from }: LogRange): string {
  return `records that came after it are deleted (up to offset ${from}), so that none can say whether it is out of date`;
}

/** Places of records whose newest dead letter has not been replayed. */
function openOffsets(letters: readonly Letter[], decisions: Decisions): ReadonlySet<string> {
  const newest = new Map<string, Letter>();
  for (const letter of letters) {
    const place = `${letter.origin.partition}/${letter.origin.offset}`;
    const known = newest.get(place);
    if (!known || known.replays < letter.replays || (known.replays === letter.replays && isLater(letter, known)))
      newest.set(place, letter);
  }
  const open = [...newest].filter(([, letter]) => decisions.of(letter)?.decision !== 'replayed');
  return new Set(open.map(([place]) => place));
}

/** A record may have been given up on twice: its dead letter was written, but not yet committed. */
function isLater(one: Letter, other: Letter): boolean {
  return one.record.timestampMs > other.record.timestampMs;
}

/** Looks at the records of one partition, on behalf of its letters. */
class Looker {
  readonly #byKey: ReadonlyMap<string, readonly Letter[]>;
  readonly #isDone: (offset: number) => boolean;

  constructor(letters: readonly Letter[], isDone: (offset: number) => boolean) {
    this.#byKey = Map.groupBy(letters, ({ record }) => keyOf(record));
    this.#isDone = isDone;
  }

  look(record: KafkaRecord, found: Map<Letter, string>): void {
    const { key, offset } = record;
    const letters = key && this.#byKey.get(keyOf(record));
    if (!letters || !this.#isDone(offset)) return;
    const type = headerText(record.headers, 'ce_type');
    for (const letter of letters) {
      const { origin, heardTypes } = letter;
      if (origin.offset >= offset || found.has(letter)) continue;
      if (heardTypes && (type === undefined || !heardTypes.includes(type))) continue;
      found.set(letter, `offset ${offset} of partition ${origin.partition}, of the same key, is done`);
    }
  }
}

function keyOf({ key }: KafkaRecord): string {
  return key?.toString('latin1') ?? '';
}
