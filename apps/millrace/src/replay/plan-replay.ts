import type { Decisions } from '../letters/decision.ts';
import type { Letter } from '../letters/letter.ts';
import { byOrigin } from '../letters/read-letters.ts';

/**
 * Why a dead letter is not replayed. `expired-key`: the API may have forgotten the idempotency key of calls that it may have
 * acted on. `superseded`: a newer record of its key is done, or may be; its own state is out of date. `replayed-before`: it was
 * given up on again after a replay, or has a twin that was replayed: a consumer that is killed just then gives up on it twice.
 * `abridged`: it does not have its record's value, which was too large; nothing can be replayed, forced or not.
 */
export type Refusal = 'expired-key' | 'superseded' | 'replayed-before' | 'abridged';

export interface Refused {
  readonly letter: Letter;
  readonly why: Refusal;
  /** For people. */
  readonly detail: string;
}

export interface Chosen {
  readonly letter: Letter;
  /** What it would have been refused for, had it not been forced. */
  readonly forced: Refusal | undefined;
}

export interface ReplayPlan {
  /** In the order in which they go out: as their records came, per partition. */
  readonly chosen: readonly Chosen[];
  readonly refused: readonly Refused[];
}

export interface PlanOptions {
  readonly nowMs: number;
  /** Replays also what would be `expired-key` or `superseded`. */
  readonly force: boolean;
  /** Replays also what would be `replayed-before`. */
  readonly again: boolean;
  readonly decisions: Decisions;
  /** All of the topic of dead letters. */
  readonly all: readonly Letter[];
  /** Says which of these letters have newer records of their keys that are done; undefined for one that has none. */
  readonly newerOf: (letters: readonly Letter[]) => Promise<ReadonlyMap<Letter, string>>;
}

/** What is to be done with these letters. Those that were decided about before are left out. */
export async function planReplay(letters: readonly Letter[], options: PlanOptions): Promise<ReplayPlan> {
  const { decisions, again, all } = options;
  const sent = new Set(all.filter((letter) => decisions.of(letter)?.decision === 'replayed').map(lifeOf));
  const undecided = letters.filter((letter) => !decisions.of(letter)).toSorted(byOrigin);
  const refused: Refused[] = [];
  const candidates: Letter[] = [];
  for (const letter of undecided) {
    const isTwin = sent.has(lifeOf(letter));
    sent.add(lifeOf(letter));
    if (letter.leftOut !== undefined)
      refused.push({ letter, why: 'abridged', detail: isAbridged(letter, letter.leftOut) });
    else if (again || (letter.replays === 0 && !isTwin)) candidates.push(letter);
    else refused.push({ letter, why: 'replayed-before', detail: isTwin ? hasTwin : cameBack(letter) });
  }
  const unsafe = await unsafeOf(candidates, options);
  const chosen: Chosen[] = [];
  for (const letter of candidates) {
    const why = unsafe.get(letter);
    if (why && !options.force) refused.push(why);
    else chosen.push({ letter, forced: why?.why });
  }
  return { chosen, refused };
}

async function unsafeOf(
  letters: readonly Letter[],
  { nowMs, newerOf }: PlanOptions,
): Promise<ReadonlyMap<Letter, Refused>> {
  const unsafe = new Map<Letter, Refused>();
  for (const letter of letters) {
    const { keyExpiresAt } = letter;
    if (keyExpiresAt === undefined || nowMs <= Date.parse(keyExpiresAt)) continue;
    unsafe.set(letter, {
      letter,
      why: 'expired-key',
      detail: `the API knows its idempotency key until ${keyExpiresAt}`,
    });
  }
  const newer = await newerOf(letters.filter((letter) => !unsafe.has(letter)));
  for (const [letter, detail] of newer) unsafe.set(letter, { letter, why: 'superseded', detail });
  return unsafe;
}

/** A record from one replay to the next. */
function lifeOf({ origin: { partition, offset }, replays }: Letter): string {
  return `${partition}/${offset}/${replays}`;
}

const hasTwin = 'another dead letter of the same record is replayed';

function isAbridged({ origin: { topic, partition, offset } }: Letter, leftOut: string): string {
  return `it is without its ${leftOut}: see offset ${offset} of partition ${partition} of ${topic}, while that is kept`;
}

function cameBack({ replays }: Letter): string {
  return `it came back after ${replays === 1 ? 'a replay' : `${replays} replays`}`;
}
