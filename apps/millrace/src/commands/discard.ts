import type { Command } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { isOpen, matches } from '../letters/filter.ts';
import { deadLetterTopics } from '../letters/read-letters.ts';
import { json } from '../output.ts';
import type { Chosen, ReplayPlan } from '../replay/plan-replay.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { decide } from './decide.ts';

type Discard = Extract<Command, { name: 'discard' }>;

/** Declares that nothing is to be done about dead letters. They stay where they are until retention deletes them. */
export async function discard(command: Discard, session: Session): Promise<number> {
  const { filter, all, dryRun, reason } = command;
  if (isOpen(filter) && !all) throw new UsageError('dlq discard needs to be told which: ids, a filter, or --all');
  const at = new Date(session.now()).toISOString();
  const deciding = { decision: 'discarded', at, by: command.by ?? session.userName(), reason } as const;
  const chosen: Chosen[] = [];
  for (const topic of await deadLetterTopics(session.reader, command)) {
    const plan = await decide(topic, session, { deciding, dryRun, rate: undefined, filter, planOf: planWith(filter) });
    chosen.push(...plan.chosen);
  }
  const text = `${dryRun ? 'would be discarded' : 'discarded'}: ${chosen.length}\n`;
  session.out(
    command.json
      ? json({ dryRun, discarded: chosen.length, letters: chosen.map(({ letter: { id } }) => ({ id })) })
      : text,
  );
  return exitCodes.ok;
}

function planWith(filter: Discard['filter']): Parameters<typeof decide>[2]['planOf'] {
  return async (letters, decisions): Promise<ReplayPlan> => {
    const undecided = letters.filter((letter) => matches(letter, filter) && !decisions.of(letter));
    return { chosen: undecided.map((letter) => ({ letter, forced: undefined })), refused: [] };
  };
}
