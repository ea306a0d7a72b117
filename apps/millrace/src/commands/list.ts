import type { Command } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Decisions } from '../letters/decision.ts';
import { matches } from '../letters/filter.ts';
import type { Letter } from '../letters/letter.ts';
import { deadLetterTopics, readDecisions, readLetters } from '../letters/read-letters.ts';
import { countBy, json, keyText, letterJson, printable, table } from '../output.ts';
import type { Session } from '../session.ts';

type List = Extract<Command, { name: 'list' }>;

/** Shows dead letters, the oldest first, and counts them by code. */
export async function list(command: List, { reader, out }: Session): Promise<number> {
  const { filter, all, limit } = command;
  const topics = await deadLetterTopics(reader, command);
  const [decisions, ...lettersOf] = await Promise.all([
    readDecisions(reader),
    ...topics.map((topic) => readLetters(reader, topic)),
  ]);
  const letters = lettersOf
    .flat()
    .filter((letter) => (all || !decisions.of(letter)) && matches(letter, filter))
    .toSorted((one, other) => Date.parse(one.lastAt) - Date.parse(other.lastAt));
  out(command.json ? jsonOf(letters, decisions) : textOf(letters, { decisions, limit }));
  return exitCodes.ok;
}

function jsonOf(letters: readonly Letter[], decisions: Decisions): string {
  return json({
    total: letters.length,
    counts: Object.fromEntries(countBy(letters, ({ code }) => code)),
    letters: letters.map((letter) => letterJson(letter, decisions.of(letter))),
  });
}

function textOf(letters: readonly Letter[], { decisions, limit }: { decisions: Decisions; limit: number }): string {
  if (letters.length === 0) return 'no dead letters\n';
  const counts = Array.from(
    countBy(letters, ({ code }) => code),
    ([code, count]) => [`${count}`, code],
  );
  const shown = letters.slice(0, limit);
  const rows = shown.map((letter) => [letter.id, letter.lastAt, letter.code, ...describe(letter, decisions)]);
  const head = ['dead letter', 'given up on', 'code', 'type', 'key', 'replays', 'decision', 'message'];
  const more = letters.length - shown.length;
  return `${table([...counts, [`${letters.length}`, 'in all']])}\n${table([head, ...rows])}${more > 0 ? `… and ${more} more; --limit shows more\n` : ''}`;
}

function describe(letter: Letter, decisions: Decisions): readonly string[] {
  const { type = '-', replays, message } = letter;
  const decision = decisions.of(letter);
  const decided = decision ? `${decision.decision} by ${decision.by}` : '-';
  return [type, keyText(letter), `${replays}`, decided, message].map(printable);
}
