import type { Broker } from './kafka/broker.ts';
import type { Part } from './parts.ts';

export interface KafkaPart extends Part {
  /** The broker; only once it has started. */
  broker(): Broker;
}

/** Kafka as a part of a system: a `given` broker is used and left to its owner, else one is obtained, and closed. */
export function createKafkaPart(
  given: Broker | undefined,
  obtain: (signal: AbortSignal) => Promise<Broker>,
): KafkaPart {
  let broker = given;
  return {
    name: 'kafka',
    needs: [],
    start: async (signal) => void (broker ??= await obtain(signal)),
    stop: async () => {
      if (broker === given) return;
      const obtained = broker;
      broker = undefined;
      await obtained?.close();
    },
    broker: () => {
      if (!broker) throw new TypeError('Kafka has not started.');
      return broker;
    },
  };
}
