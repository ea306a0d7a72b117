import { headerText } from '@millrace/messaging';
import type { Command } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import type { RecordedDecision } from '../letters/decision.ts';
import { type Letter, letterOf } from '../letters/letter.ts';
import { readDecisions } from '../letters/read-letters.ts';
import { json, keyText, letterJson, printable, table } from '../output.ts';
import type { Session } from '../session.ts';

type Show = Extract<Command, { name: 'show' }>;

/** Shows one dead letter; what is in its record only where that is asked for. */
export async function show({ id, value, json: asJson }: Show, { reader, out }: Session): Promise<number> {
  const letter = await readOne(reader, id);
  if (!letter) throw new Error(`there is no dead letter at ${id}; retention may have deleted it`);
  const decision = (await readDecisions(reader)).of(letter);
  out(
    asJson
      ? json({ ...letterJson(letter, decision), headers: headersOf(letter), ...(value && valueJson(letter)) })
      : textOf(letter, { decision, value }),
  );
  return exitCodes.ok;
}

async function readOne(reader: Session['reader'], id: string): Promise<Letter | undefined> {
  const [topic = '', partition, offset] = id.split('/');
  const [number, from] = [Number(partition), Number(offset)];
  const range = (await reader.ranges(topic)).find((each) => each.partition === number);
  if (!range || from < range.from || from >= range.to) return undefined;
  const found: Letter[] = [];
  await reader.read(topic, [{ partition: number, from, to: from + 1 }], (records) => {
    for (const record of records) found.push(...[letterOf(record)].filter((letter) => letter !== undefined));
  });
  return found[0];
}

/** All that the record carries beside its value, as text. */
function headersOf({ record: { headers } }: Letter): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, headerText(headers, name) ?? '']));
}

function valueJson({ record: { value } }: Letter): object {
  if (value === null) return { value: null };
  const text = value.toString();
  return Buffer.from(text).equals(value) ? { value: text } : { valueBase64: value.toString('base64') };
}

function textOf(
  letter: Letter,
  { decision, value }: { decision: RecordedDecision | undefined; value: boolean },
): string {
  const { id, group, origin, code, message, status, attempts, firstAt, lastAt, keyExpiresAt, replays, history } =
    letter;
  const rows: (readonly string[])[] = [
    ['dead letter', id],
    ['record', `offset ${origin.offset} of partition ${origin.partition} of ${origin.topic}`],
    ['group', group],
    ['key', keyText(letter)],
    ['why', `${code}${status === undefined ? '' : ` (${status})`}: ${printable(message)}`],
    ['attempts', `${attempts}, from ${firstAt} to ${lastAt}`],
    ['key known until', keyExpiresAt ?? '(not known)'],
    ...(letter.leftOut === undefined ? [] : [['left out', `${letter.leftOut}: too large for its topic`]]),
    ['replays', `${replays}`],
    ...history.map((each, at) => [
      at === 0 ? 'before' : '',
      `${each.lastAt} ${each.code}: ${printable(each.message)}; replayed ${each.replayedAt}`,
    ]),
    ['decision', decision ? decisionText(decision) : 'none yet'],
    ...Object.entries(headersOf(letter)).map(([name, text], at) => [
      at === 0 ? 'headers' : '',
      `${name}: ${printable(text)}`,
    ]),
  ];
  return `${table(rows)}${value ? `\n${valueText(letter)}` : 'The value may hold personal data; --value shows it.\n'}`;
}

function decisionText({ decision, by, at, reason, forced }: RecordedDecision): string {
  const why = reason === undefined ? '' : `: ${printable(reason)}`;
  return `${decision} by ${printable(by)} at ${at}${forced === undefined ? '' : `, forced although ${forced}`}${why}`;
}

function valueText({ record: { value } }: Letter): string {
  if (value === null) return '(no value)\n';
  const text = value.toString();
  return Buffer.from(text).equals(value)
    ? `${text.split('\n').map(printable).join('\n')}\n`
    : `(no text; in base64)\n${value.toString('base64')}\n`;
}
