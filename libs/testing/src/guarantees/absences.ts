import type { RunEventOf } from './run-event.ts';

interface Absence {
  stalled: boolean;
  expired: boolean;
  forgotten: boolean;
}

/** Which members the coordinator takes for dead although they run. */
export class Absences {
  readonly #absences = new Map<string, Absence>();

  note(event: RunEventOf<'joined' | 'stalled' | 'expired'>): void {
    const absence = this.#absences.get(event.member) ?? { stalled: false, expired: false, forgotten: false };
    this.#absences.set(event.member, absence);
    if (event.kind === 'joined') this.#absences.delete(event.member);
    else if (event.kind === 'stalled') absence.stalled = true;
    else absence.expired = true;
    absence.forgotten ||= event.kind === 'expired' && event.why === 'coordinator lost its members';
  }

  /**
   * Until it joins again, one that stood still past its session cannot know better, nor can one that the coordinator has
   * forgotten. One that only lost its session has no excuse: it knows when it was last heard.
   */
  isExcused(member: string): boolean {
    const absence = this.#absences.get(member);
    return absence !== undefined && absence.expired && (absence.stalled || absence.forgotten);
  }
}
