import type { LogRange, TopicReader } from '@millrace/kafka';
import { decisionsTopic } from '@millrace/messaging';
import { Decisions, decisionOf } from './decision.ts';
import type { Scope } from './filter.ts';
import { deadLetterSuffix, type Letter, letterOf } from './letter.ts';

/** What is asked of Kafka to read dead letters. */
export type LetterReader = Pick<TopicReader, 'topics' | 'ranges' | 'read'>;

/** The topics that may have dead letters within a scope: names with dots in them cannot be told apart. */
export async function deadLetterTopics(reader: LetterReader, { topic, group }: Scope): Promise<readonly string[]> {
  const names = await reader.topics();
  const [start, end] = [
    topic === undefined ? '' : `${topic}.`,
    `${group === undefined ? '' : `.${group}`}${deadLetterSuffix}`,
  ];
  return names.filter((name) => name.startsWith(start) && name.endsWith(end)).toSorted();
}

/** All that lie in a topic of dead letters now, in the order of their records per partition. */
export async function readLetters(reader: LetterReader, topic: string): Promise<readonly Letter[]> {
  const letters: Letter[] = [];
  await reader.read(topic, await reader.ranges(topic), (records) => {
    for (const record of records) {
      const letter = letterOf(record);
      if (letter) letters.push(letter);
    }
  });
  return letters.toSorted(byOrigin);
}

/** Those of one place, and of one key so, in the order in which they came first. */
export function byOrigin(one: Letter, other: Letter): number {
  return (
    one.origin.partition - other.origin.partition ||
    one.origin.offset - other.origin.offset ||
    one.record.offset - other.record.offset
  );
}

/** All decisions so far; of those in open transactions, once it is known what becomes of them. */
export async function readDecisions(reader: LetterReader): Promise<Decisions> {
  const decisions = new Decisions();
  const ranges: readonly LogRange[] = await reader.ranges(decisionsTopic);
  await reader.read(decisionsTopic, ranges, (records) => {
    for (const record of records) {
      const decision = decisionOf(record);
      if (decision) decisions.add(decision);
    }
  });
  return decisions;
}
