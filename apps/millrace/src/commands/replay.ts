import type { Command } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { matches } from '../letters/filter.ts';
import { deadLetterTopics } from '../letters/read-letters.ts';
import { countBy, json, table } from '../output.ts';
import { newerRecords } from '../replay/newer-records.ts';
import { planReplay, type ReplayPlan } from '../replay/plan-replay.ts';
import type { Session } from '../session.ts';
import { decide } from './decide.ts';

type Replay = Extract<Command, { name: 'replay' }>;

/** Sends dead letters to the groups that gave up on them. */
export async function replay(command: Replay, session: Session): Promise<number> {
  const { dryRun, rate, filter } = command;
  const nowMs = command.nowMs ?? session.now();
  const deciding = {
    decision: 'replayed',
    at: new Date(nowMs).toISOString(),
    by: command.by ?? session.userName(),
  } as const;
  const plans: ReplayPlan[] = [];
  for (const topic of await deadLetterTopics(session.reader, command)) {
    plans.push(
      await decide(topic, session, { deciding, dryRun, rate, filter, planOf: planWith(command, session, nowMs) }),
    );
  }
  const plan = { chosen: plans.flatMap(({ chosen }) => chosen), refused: plans.flatMap(({ refused }) => refused) };
  session.out(command.json ? jsonOf(plan, dryRun) : textOf(plan, dryRun));
  return plan.refused.length > 0 ? exitCodes.refused : exitCodes.ok;
}

function planWith(
  { filter, force, again }: Replay,
  { reader }: Session,
  nowMs: number,
): Parameters<typeof decide>[2]['planOf'] {
  return (letters, decisions) => {
    const selected = letters.filter((letter) => matches(letter, filter));
    const newerOf: Parameters<typeof planReplay>[1]['newerOf'] = (candidates) =>
      newerRecords(candidates, { reader, letters, decisions });
    return planReplay(selected, { nowMs, force, again, decisions, all: letters, newerOf });
  };
}

function jsonOf({ chosen, refused }: ReplayPlan, dryRun: boolean): string {
  return json({
    dryRun,
    replayed: chosen.length,
    counts: Object.fromEntries(countBy(lettersOf(chosen), ({ code }) => code)),
    letters: chosen.map(({ letter: { id }, forced }) => ({ id, forced })),
    refused: refused.map(({ letter: { id }, why, detail }) => ({ id, why, detail })),
  });
}

const mostRefusals = 20;

function textOf({ chosen, refused }: ReplayPlan, dryRun: boolean): string {
  if (chosen.length + refused.length === 0) return 'nothing to replay\n';
  const counts = Array.from(
    countBy(lettersOf(chosen), ({ code }) => code),
    ([code, count]) => [`  ${count}`, code],
  );
  const rows = refused.slice(0, mostRefusals).map(({ letter, why, detail }) => [`  ${letter.id}`, why, detail]);
  const more = refused.length - rows.length;
  return [
    `${dryRun ? 'would be replayed' : 'replayed'}: ${chosen.length}\n`,
    table(counts),
    refused.length > 0 ? `refused: ${refused.length}\n${table(rows)}` : '',
    more > 0 ? `  … and ${more} more\n` : '',
  ].join('');
}

function lettersOf(chosen: ReplayPlan['chosen']) {
  return chosen.map(({ letter }) => letter);
}
