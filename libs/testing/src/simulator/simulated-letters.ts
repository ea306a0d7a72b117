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
  /** While true, half of what is sent is not written, and no answer comes of the other half. */
  failing = false;
  readonly #options: SimulatedLettersOptions;
  #sent = 0;

  constructor(options: SimulatedLettersOptions) {
    this.#options = options;
  }

  producerOf(writer: MemberProcess): RecordProducer {
    return { send: (records) => this.#send(writer, records) };
  }

  #send(writer: MemberProcess, records: readonly OutgoingRecord[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (!writer.alive) return promise;
    const { clock, seed, emit } = this.#options;
    const drawn = draw(seed, `letter ${++this.#sent}`);
    const { failing } = this;
    clock.after(1 + Math.round(drawn * 20), () => {
      const written = !failing || drawn < 0.5;
      if (written) for (const { headers } of records) emit({ kind: 'letter', id: headerText(headers, 'ce_id') ?? '' });
      writer.deliver(failing ? () => reject(new ServiceError('BROKER_UNAVAILABLE', 'no acknowledgement')) : resolve);
    });
    return promise;
  }
}
