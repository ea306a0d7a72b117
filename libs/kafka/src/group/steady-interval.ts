import type { Consumer } from 'kafkajs';

/**
 * An interval of heartbeats that a clock set back does not stretch: kafkajs counts it on the clock on the wall, so that the group
 * would hear nothing of the member until the old time has come again. It adds the interval to the time of the heartbeat before,
 * at each look, and so may be given one that is over at once when it is due. To be followed before the consumer runs.
 */
export class SteadyInterval {
  readonly #ms: number;
  #sentMark = performance.now();

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** As kafkajs takes it: a number, to whoever reckons with it. */
  get config(): number {
    return { valueOf: () => this.#left() } as unknown as number;
  }

  follow(consumer: Consumer): void {
    const sent = () => {
      this.#sentMark = performance.now();
    };
    consumer.on('consumer.group_join', sent);
    consumer.on('consumer.heartbeat', sent);
  }

  #left(): number {
    return performance.now() - this.#sentMark < this.#ms ? this.#ms : -Infinity;
  }
}
