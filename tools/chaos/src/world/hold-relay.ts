import type { KafkaProxy } from '@millrace/kafka/testing';

/**
 * Where in its transaction a relay is held: `write`: what it writes is on its way; `written`: it has arrived, and the relay does not
 * know; `commit`: all is written, and the commit on its way.
 */
export type RelayPoint = 'write' | 'written' | 'commit';

/** A relay that waits for Kafka. */
export interface HeldRelay {
  /** Whether it has come to that point. */
  isHeld(): boolean;
  /** Of the events in the transactions that are held. */
  eventIds(): readonly string[];
  /** Lets what was held go on. */
  end(): void;
}

/** Holds the relays behind the proxy at that point of their next transactions. */
export function holdRelay(proxy: KafkaProxy, point: RelayPoint): HeldRelay {
  if (point !== 'commit') {
    const held = proxy.meddle('Produce', point === 'write' ? 'hold' : 'hold-answer');
    return { isHeld: () => held.met.length > 0, eventIds: () => eventIdsIn(held.met), end: held.end };
  }
  const written: { readonly frame: Buffer }[] = [];
  const watching = proxy.meddle('Produce', 'hold', (request) => {
    written.push(request);
    return false;
  });
  const isOf = (frame: Buffer) => (other: { readonly frame: Buffer }) => relayOf(other.frame) === relayOf(frame);
  const held = proxy.meddle('EndTxn', 'hold', ({ frame }) => written.some(isOf(frame)));
  return {
    isHeld: () => held.met.length > 0,
    eventIds: () => eventIdsIn(held.met.flatMap(({ frame }) => written.filter(isOf(frame)))),
    end: () => {
      watching.end();
      held.end();
    },
  };
}

/** A transactional id stands in its requests as it is. */
function relayOf(frame: Buffer): string | undefined {
  return /millrace-outbox-[\da-f-]{36}-\d+/.exec(frame.toString('latin1'))?.[0];
}

/** So do the ids of events, in a header of each record, since relays do not compress. */
function eventIdsIn(requests: readonly { readonly frame: Buffer }[]): readonly string[] {
  const ids = requests.flatMap(({ frame }) => {
    const found = frame.toString('latin1').matchAll(/ce_id.([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/gs);
    return Array.from(found, ([, id = '']) => id);
  });
  return [...new Set(ids)];
}
