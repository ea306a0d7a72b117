import type { InMemoryBroker } from '../in-memory-broker/in-memory-broker.ts';
import type { Member } from './member.ts';
import type { SimulatedApi } from './simulated-api.ts';
import type { SimulatedLetters } from './simulated-letters.ts';
import type { SimulatedTopics } from './simulated-topics.ts';
import type { TroubledNetwork } from './troubled-network.ts';

/** What faults can be done to. */
export interface FaultyWorld {
  readonly broker: InMemoryBroker;
  readonly trouble: TroubledNetwork;
  readonly topics: SimulatedTopics;
  readonly api: SimulatedApi;
  readonly letters: SimulatedLetters;
  /** Until when targets take no calls, by the run's clock. */
  targetsClosedUntilMs: number;
  /** Alive and not on their way out, the oldest first. */
  readonly serving: readonly Member[];
  readonly alive: readonly Member[];
  /** A new process with a consumer in it; not where there are many already. */
  addMember(): Member | undefined;
}
