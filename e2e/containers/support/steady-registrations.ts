import { setTimeout as delay } from 'node:timers/promises';
import { register, type Registration } from '../../support/registrations.ts';

/** Between two registrations of a lane: a small machine has containers to start meanwhile. */
const pauseMs = 100;

/** Registrations without end, one after the other in each lane, until they are told to stop. */
export class SteadyRegistrations {
  readonly #answered: Registration[] = [];
  readonly #lanes: Promise<unknown>;
  #stopping = false;

  constructor(gateway: string, atOnce = 2) {
    this.#lanes = Promise.all(Array.from({ length: atOnce }, () => this.#lane(gateway)));
    // A test that fails earlier never asks for them.
    this.#lanes.catch(() => undefined);
  }

  /** How many were answered 201 so far. */
  get answered(): number {
    return this.#answered.length;
  }

  /** Lets those under way come to their end. Rejects with the first answer that is neither 201 nor a reason to try again. */
  async stop(): Promise<readonly Registration[]> {
    this.#stopping = true;
    await this.#lanes;
    return this.#answered;
  }

  async #lane(gateway: string): Promise<void> {
    while (!this.#stopping) {
      this.#answered.push(await register(gateway));
      await delay(pauseMs);
    }
  }
}
