import type { Transactions } from '@millrace/kafka';
import type { Deciding, Decisions } from '../letters/decision.ts';
import { type Filter, matches } from '../letters/filter.ts';
import type { Letter } from '../letters/letter.ts';
import { readDecisions, readLetters } from '../letters/read-letters.ts';
import { carryOut } from '../replay/carry-out.ts';
import type { ReplayPlan } from '../replay/plan-replay.ts';
import type { Session } from '../session.ts';

export interface DecideOptions {
  readonly deciding: Deciding;
  readonly dryRun: boolean;
  readonly rate: number | undefined;
  /** Which letters are meant. Where there are none in a topic, nobody else is kept from deciding about it. */
  readonly filter: Filter;
  /** What is to be done with the letters of a topic, of which it is given all. */
  readonly planOf: (letters: readonly Letter[], decisions: Decisions) => Promise<ReplayPlan>;
}

/**
 * Decides about the dead letters of a topic. The right to do so is taken first: what an earlier command had begun is known then,
 * either way, and it can do no more. What comes into the topic from then on is left for the next time.
 */
export async function decide(topic: string, session: Session, options: DecideOptions): Promise<ReplayPlan> {
  if (options.dryRun) return planFor(topic, session, options);
  const letter = (await readLetters(session.reader, topic)).find((each) => matches(each, options.filter));
  if (!letter) return { chosen: [], refused: [] };
  await prepare(letter, session, options.deciding);
  const transactions = await session.openTransactions(topic);
  try {
    const plan = await planFor(topic, session, options);
    await write(plan, { topic, session, options, transactions });
    return plan;
  } finally {
    await transactions.close();
  }
}

async function planFor(topic: string, { reader }: Session, { planOf }: DecideOptions): Promise<ReplayPlan> {
  const decisions = await readDecisions(reader);
  return planOf(await readLetters(reader, topic), decisions);
}

async function prepare({ group, origin: { topic } }: Letter, session: Session, { decision }: Deciding): Promise<void> {
  const { length: partitions } = await session.reader.ranges(topic);
  if (partitions === 0 && decision === 'replayed') throw new Error(`there is no topic ${topic} any more`);
  if (partitions > 0) await session.prepare({ topic, group, partitions });
}

interface Writing {
  readonly topic: string;
  readonly session: Session;
  readonly options: DecideOptions;
  readonly transactions: Transactions;
}

async function write({ chosen }: ReplayPlan, { topic, session, options, transactions }: Writing): Promise<void> {
  const { deciding, rate } = options;
  const { progress, mark, sleep } = session;
  const done = (count: number) => progress.show(`${topic}: ${bar(count / chosen.length)} ${count} of ${chosen.length}`);
  try {
    await carryOut(chosen, { transactions, deciding, rate, done, mark, sleep });
  } finally {
    progress.end();
  }
}

const barWidth = 30;

function bar(part: number): string {
  const full = Math.round(part * barWidth);
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`;
}
