/**
 * Where a consumer waits for somebody else, seen from its ports: between what it has just heard and what it will make of it,
 * and between what it has just asked for and the answer. In the order in which a record meets them.
 */
export const killPoints = [
  'joining',
  'partition granted',
  'records delivered',
  'call about to begin',
  'call on its way',
  '200 received',
  'call failed',
  'dead letter about to be written',
  'dead letter written',
  'outcome known',
  'commit about to be sent',
  'commit lost on its way',
  'commit stored but not confirmed',
  'commit confirmed',
  'partition to be let go',
  'partition let go',
  'partition lost',
  'told to stop',
  'drained',
  'left the group',
] as const;

export type KillPoint = (typeof killPoints)[number];

/** Where a process is to die: at the `count`th time that it comes there. */
export interface KillPlan {
  readonly point: KillPoint;
  readonly count: number;
}

/** Of one process. */
export class KillPoints {
  readonly #plan: KillPlan | undefined;
  readonly #lastWords: (point: KillPoint) => void;
  #left: number;

  /** `lastWords` is told just before the end. */
  constructor(plan: KillPlan | undefined, lastWords: (point: KillPoint) => void) {
    this.#plan = plan;
    this.#lastWords = lastWords;
    this.#left = plan?.count ?? 0;
  }

  /** Does not return where it is the end: a process that sends itself SIGKILL runs no further instruction. */
  reached(point: KillPoint): void {
    if (this.#plan?.point !== point || --this.#left > 0) return;
    this.#lastWords(point);
    process.kill(process.pid, 'SIGKILL');
  }
}
