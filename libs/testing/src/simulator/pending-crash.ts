import type { RunEvent } from '../guarantees/run-event.ts';
import type { FaultOf } from './fault.ts';
import type { Member } from './member.ts';

/** A crash that waits for its moment. */
export class PendingCrash {
  readonly member: Member;
  readonly #fault: FaultOf<'crash'>;
  readonly #crashed: () => void;
  #seen = 0;
  #over = false;

  constructor(member: Member, fault: FaultOf<'crash'>, crashed: () => void) {
    this.member = member;
    this.#fault = fault;
    this.#crashed = crashed;
    if (fault.moment.on === 'time') void this.#strike();
  }

  /** True once it has struck, or never will. */
  get over(): boolean {
    return this.#over;
  }

  /** It may be what the crash waits for. */
  happened(event: RunEvent): void {
    const { moment } = this.#fault;
    if (this.#over || moment.on === 'time' || event.kind !== moment.on) return;
    if ('member' in event && event.member !== this.member.process.name) return;
    if (++this.#seen >= moment.count) void this.#strike();
  }

  /** Its time is over. */
  strikeNow(): void {
    if (!this.#over) void this.#strike();
  }

  async #strike(): Promise<void> {
    this.#over = true;
    for (let left = this.#fault.microtasks; left > 0; left--) await Promise.resolve();
    if (!this.member.process.alive) return;
    this.member.crash();
    this.#crashed();
  }
}
