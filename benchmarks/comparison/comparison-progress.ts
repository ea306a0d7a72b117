import type { OnProgress } from '@millrace/launcher';
import { progressBar } from './progress-bar.ts';

const what = 'comparison';

/** Tells how far a comparison is: a bar over all turns, and what is going on. */
export class ComparisonProgress {
  readonly #onProgress: OnProgress;
  readonly #turns: number;
  #begun = 0;
  /** When the first turn began: what comes before says nothing about the time that is left. */
  #firstAt = 0;

  constructor(onProgress: OnProgress, turns: number) {
    this.#onProgress = onProgress;
    this.#turns = turns;
  }

  writing(scenario: string, written: number, of: number): void {
    this.#tell(`${scenario}, writing ${of.toLocaleString('en')} records: ${Math.floor((100 * written) / of)} %`);
  }

  turn(scenario: string, round: number, peer: string): void {
    if (this.#begun === 0) this.#firstAt = performance.now();
    this.#tell(`${scenario}, round ${round}, ${peer}`);
    this.#begun += 1;
  }

  end(): void {
    this.#onProgress({ what, state: 'done' });
  }

  #tell(detail: string): void {
    const bar = progressBar(this.#begun, this.#turns, performance.now() - this.#firstAt);
    this.#onProgress({ what, state: 'waiting', detail: `${bar}, ${detail}` });
  }
}
