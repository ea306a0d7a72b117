import { AtLeastOnce } from './at-least-once.ts';
import { Bounded, type HeldAtMost } from './bounded.ts';
import { describeEvent } from './describe-event.ts';
import { DoneStaysDone } from './done-stays-done.ts';
import type { Guarantee } from './guarantee.ts';
import { HandedOver } from './handed-over.ts';
import { HonestCommits } from './honest-commits.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { OneEffect, type OneEffectOptions } from './one-effect.ts';
import { OrderPerKey } from './order-per-key.ts';
import type { RunEvent } from './run-event.ts';
import { RunHistory } from './run-history.ts';

export interface JudgeOptions extends OneEffectOptions {
  readonly atMost: HeldAtMost;
}

/** Holds one run of one group to every guarantee, event by event. */
export class Judge {
  readonly guarantees: readonly Guarantee[];
  readonly #history = new RunHistory();

  constructor(options: JudgeOptions) {
    const history = this.#history;
    this.guarantees = [
      new AtLeastOnce(history),
      new OrderPerKey(history),
      new OneAtATime(history),
      new DoneStaysDone(history),
      new HandedOver(history),
      new Bounded(history, options.atMost),
      new HonestCommits(history),
      new OneEffect(history, options),
    ];
  }

  /** Throws where the event contradicts those before it: then it is the stream that is wrong. */
  watch(event: RunEvent): void {
    this.#history.add(event);
    for (const guarantee of this.guarantees) guarantee.watch(event);
  }

  /** Those that were not kept. */
  get broken(): readonly Guarantee[] {
    return this.guarantees.filter(({ violations }) => violations > 0);
  }
}

/** What a guarantee promises and the smallest counterexample that it saw, for people to read. */
export function describeGuarantee({ name, definition, violations, smallest }: Guarantee): string {
  if (!smallest) return `${name}: kept`;
  const evidence = smallest.evidence.map((event) => `  ${describeEvent(event)}`);
  const times = violations === 1 ? 'once' : violations === 2 ? 'twice' : `${violations} times`;
  return [`${name}: broken ${times}`, `  ${definition}`, `  ${smallest.what}:`, ...evidence].join('\n');
}
