import type { Letter } from './letters/letter.ts';
import type { RecordedDecision } from './letters/decision.ts';

/** Columns under each other, the last as long as it is. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lineOf = (row: readonly string[]) =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  ');
  return rows.map((row) => `${lineOf(row)}\n`).join('');
}

/** How many letters there are of each, most first. */
export function countBy(letters: readonly Letter[], of: (letter: Letter) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const letter of letters) counts.set(of(letter), (counts.get(of(letter)) ?? 0) + 1);
  return new Map([...counts].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)));
}

export function keyText({ record: { key } }: Letter): string {
  return key === null ? '(none)' : printable(key.toString());
}

/** On a terminal, what others have written must not do more than be read. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '�');
}

/** A letter for scripts: all but what is in its record. */
export function letterJson(letter: Letter, decision: RecordedDecision | undefined): object {
  const { id, group, origin, code, message, status, attempts, firstAt, lastAt, type, eventId, replays } = letter;
  return {
    id,
    ...origin,
    group,
    key: letter.record.key?.toString() ?? null,
    type,
    eventId,
    code,
    message,
    status: status === undefined ? undefined : Number(status),
    attempts,
    firstAt,
    lastAt,
    keyExpiresAt: letter.keyExpiresAt,
    leftOut: letter.leftOut,
    replays,
    history: letter.history,
    decision,
  };
}

export function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
