import { draw } from './draw.ts';
import type { ApiPlan } from './scenario.ts';

/** What comes of a call. `unanswered`: the API acts, and its caller hears of a broken connection. */
export interface ApiVerdict {
  readonly kind: 'accepts' | 'fails' | 'rejects' | 'unanswered' | 'hangs' | 'refuses';
  /** Until it acts, and until its answer arrives. */
  readonly actsAfterMs: number;
  readonly answersAfterMs: number;
}

export interface ApiRequest {
  readonly id: string;
  readonly key: string | null;
  /** How often it has been called for this record before. */
  readonly earlier: number;
}

const hangMs = 60_000;
const kindOf = { down: 'fails', refuses: 'refuses' } as const;

/** What an API does for a while, whatever is asked of it. */
export type ApiTrouble = 'down' | 'refuses';

/** Decides for each call, by the plan and the run's seed alone. */
export class ApiVerdicts {
  readonly #plan: ApiPlan;
  readonly #seed: number;
  readonly #stuckKeys: ReadonlySet<string>;

  constructor(plan: ApiPlan, seed: number) {
    this.#plan = plan;
    this.#seed = seed;
    this.#stuckKeys = new Set(Array.from({ length: plan.stuckKeys }, (_, index) => `k${index}`));
  }

  /** `calm`: the faults are over; only what it rejects it still rejects. */
  of({ id, key, earlier }: ApiRequest, calm: boolean, trouble: ApiTrouble | undefined): ApiVerdict {
    const kind = trouble ? kindOf[trouble] : this.#kind(id, key, earlier, calm);
    const answersAfterMs = kind === 'hangs' ? hangMs : this.#latencyMs(id, earlier, calm);
    return {
      kind,
      answersAfterMs,
      actsAfterMs: Math.round(answersAfterMs * draw(this.#seed, `acts ${id} ${earlier}`)),
    };
  }

  #kind(id: string, key: string | null, earlier: number, calm: boolean): ApiVerdict['kind'] {
    const { rejectPercent, failPercent, unansweredPercent, hangPercent, stuck } = this.#plan;
    if (draw(this.#seed, `rejects ${id}`) * 100 < rejectPercent) return 'rejects';
    if (calm) return 'accepts';
    if (key !== null && this.#stuckKeys.has(key)) return stuck;
    const drawn = draw(this.#seed, `verdict ${id} ${earlier}`) * 100;
    if (drawn < failPercent) return 'fails';
    if (drawn < failPercent + unansweredPercent) return 'unanswered';
    return drawn > 100 - hangPercent ? 'hangs' : 'accepts';
  }

  #latencyMs(id: string, earlier: number, calm: boolean): number {
    const { fastestMs, slowestMs, slowPercent } = this.#plan;
    const usual = fastestMs + Math.round((slowestMs - fastestMs) * draw(this.#seed, `latency ${id} ${earlier}`));
    const slow = !calm && draw(this.#seed, `slow ${id} ${earlier}`) * 100 < slowPercent;
    return slow ? usual * 10 : usual;
  }
}
