import type { Command } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import type { RecordedDecision } from '../letters/decision.ts';
import { everything, isOpen, isWithin, matches } from '../letters/filter.ts';
import { deadLetterTopics, readDecisions, readLetters } from '../letters/read-letters.ts';
import { json, printable, table } from '../output.ts';
import type { Session } from '../session.ts';

type History = Extract<Command, { name: 'history' }>;

/** Shows every decision, oldest first, also of dead letters that retention has deleted since. */
export async function history(command: History, session: Session): Promise<number> {
  const { all } = await readDecisions(session.reader);
  const wanted = await wantedBy(command, session);
  const { sinceMs = -Infinity, untilMs = Infinity } = command.filter;
  const decisions = all
    .filter((each) => wanted(each) && Date.parse(each.at) >= sinceMs && Date.parse(each.at) < untilMs)
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  session.out(command.json ? json(decisions) : textOf(decisions));
  return exitCodes.ok;
}

/** What a decision says by itself is asked of it; type and key are asked of its dead letter, which must be there for that. */
async function wantedBy(command: History, { reader }: Session): Promise<(decision: RecordedDecision) => boolean> {
  const { ids, codes, types, key } = command.filter;
  const ofLetters = { ...everything, types, key };
  const isInScope = (decision: RecordedDecision) => isWithin(command, decision);
  const isNamed = ({ id, code }: RecordedDecision) =>
    (ids.length === 0 || ids.includes(id)) && (codes.length === 0 || codes.includes(code));
  if (isOpen(ofLetters)) return (decision) => isInScope(decision) && isNamed(decision);
  const topics = await deadLetterTopics(reader, command);
  const letters = (await Promise.all(topics.map((each) => readLetters(reader, each)))).flat();
  const matching = new Set(letters.filter((letter) => matches(letter, ofLetters)).map(({ id }) => id));
  return (decision) => isInScope(decision) && isNamed(decision) && matching.has(decision.id);
}

function textOf(decisions: readonly RecordedDecision[]): string {
  if (decisions.length === 0) return 'no decisions\n';
  const rows = decisions.map(({ at, by, decision, id, code, forced, reason }) => {
    const why = [reason, forced === undefined ? undefined : `forced although ${forced}`];
    return [at, by, decision, id, code, why.filter((each) => each !== undefined).join('; ')].map(printable);
  });
  return table([['when', 'who', 'decision', 'dead letter', 'code', 'why'], ...rows]);
}
