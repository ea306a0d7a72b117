import type { Clock } from '../ports/clock.ts';

/** From the first outcome that is not committed to the commit. */
export const commitDelayMs = 250;
/** With so many outcomes since the last commit, the next one does not wait. */
const mostUncommitted = 500;
/** And with so many per partition: each has a commit to be written, sent and stored, whatever it says. */
const mostUncommittedEach = 50;

export interface CommitScheduleOptions {
  readonly clock: Clock;
  /** How many a commit may be about. */
  readonly partitions: () => number;
  /** Commits what is finished. Resolves to false where something of it was not confirmed; never rejects. */
  readonly commit: () => Promise<boolean>;
}

/**
 * When what is finished is committed: a moment after the first outcome, and at once after many, since a crash makes their
 * calls again. Those that come while a commit is underway, or after one that was not confirmed, wait as the first does.
 */
export class CommitSchedule {
  readonly #options: CommitScheduleOptions;
  /** Set while a commit is due: takes it back. */
  #forget: (() => void) | undefined;
  /** Since the last commit was sent. */
  #outcomes = 0;
  #underway = 0;
  #confirmed = true;
  #closed = false;

  constructor(options: CommitScheduleOptions) {
    this.#options = options;
  }

  /** Counts an outcome. */
  finished(): void {
    this.#outcomes++;
  }

  /** Something is to be committed. One timer for all that ends meanwhile; none while there is nothing to commit. */
  due(): void {
    if (this.#closed) return;
    if (this.#mayNotWait()) return void this.#commit();
    this.#forget ??= this.#options.clock.after(commitDelayMs, () => void this.#commit());
  }

  /** No commit is begun after this. */
  close(): void {
    this.#closed = true;
    this.#forget?.();
  }

  #mayNotWait(): boolean {
    if (this.#outcomes < mostUncommitted || this.#underway > 0 || !this.#confirmed) return false;
    return this.#outcomes >= mostUncommittedEach * this.#options.partitions();
  }

  async #commit(): Promise<void> {
    this.#forget?.();
    this.#forget = undefined;
    this.#outcomes = 0;
    this.#underway++;
    this.#confirmed = await this.#options.commit();
    this.#underway--;
    if (this.#mayNotWait()) this.due();
  }
}
