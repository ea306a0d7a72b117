import { type Clock, headerText, type OutgoingRecord, type RecordProducer, ServiceError } from '@millrace/messaging';
import type { MemberProcess } from '../in-memory-broker/member-process.ts';
import { draw } from './draw.ts';
import type { Emit } from './emit.ts';

export interface SimulatedLettersOptions {
  readonly seed: number;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** The dead-letter topics: letters take their time to be written, and some are, without the writer hearing of it. */
export class SimulatedLetters {
  readonly #options: SimulatedLettersOptions;
  /** Until when they fail in each way, by the run's clock. */
  readonly #untilMs = { unanswered: 0, refused: 0 };
  #sent = 0;

  constructor(options: SimulatedLettersOptions) {
    this.#options = options;
  }

  /** `unanswered`: half of what is sent is not written, and no answer comes of the other half; `refused`: none is written. */
  fail(how: 'unanswered' | 'refused', forMs: number): void {
    this.#untilMs[how] = Math.max(this.#untilMs[how], this.#options.clock.mark() + forMs);
  }

  /** All is well from now on. */
  calm(): void {
    this.#untilMs.unanswered = this.#untilMs.refused = 0;
  }

  producerOf(writer: MemberProcess): RecordProducer {
    return { send: (records) => this.#send(writer, records) };
  }

  #send(writer: MemberProcess, records: readonly OutgoingRecord[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (!writer.alive) return promise;
    const { clock, seed, emit } = this.#options;
    const drawn = draw(seed, `letter ${++this.#sent}`);
    const [refused, unanswered] = [this.#fails('refused'), this.#fails('unanswered')];
    clock.after(1 + Math.round(drawn * 20), () => {
      const written = !refused && (!unanswered || drawn < 0.5);
      if (written) for (const { headers } of records) emit({ kind: 'letter', id: headerText(headers, 'ce_id') ?? '' });
      const why = refused ? 'no space left' : 'no acknowledgement';
      writer.deliver(refused || unanswered ? () => reject(new ServiceError('BROKER_UNAVAILABLE', why)) : resolve);
    });
    return promise;
  }

  #fails(how: 'unanswered' | 'refused'): boolean {
    return this.#options.clock.mark() < this.#untilMs[how];
  }
}
