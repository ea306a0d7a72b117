import type { KafkaCluster, StartClusterOptions } from '@millrace/launcher';
import type { Evidence } from './judging/evidence.ts';
import type { Expectations, Verdict } from './judging/verdict.ts';
import type { ChaosWorld, WorldOptions } from './world/chaos-world.ts';
import type { ServicesWorld, ServicesWorldOptions } from './world/services-world.ts';

/** How much of it is to be done. */
export type Extent = 'full' | 'short';

/** What a scenario has to work with. */
export interface Stage {
  readonly extent: Extent;
  readonly random: () => number;
  /** As many brokers as the scenario needs; those of one broker share it with others. */
  readonly cluster: KafkaCluster;
  /** Events per second, where the scenario does not say otherwise. */
  readonly perSecond: number;
  /** Opens a world, which is closed when the scenario is over. */
  readonly open: (
    options: Partial<Omit<WorldOptions, 'name' | 'brokers' | 'folder' | 'random' | 'signal'>>,
  ) => Promise<ChaosWorld>;
  /** Opens a world of services, which is closed when the scenario is over. */
  readonly openServices: (options?: Pick<ServicesWorldOptions, 'toKafka'>) => Promise<ServicesWorld>;
  /** Says how far it is. */
  readonly tell: (detail: string) => void;
}

/** What a scenario sees in the evidence of its own. */
export interface Finding {
  /** What is worth telling beside the counts: `stall 2.9 s`. */
  readonly figures?: readonly string[];
  readonly wrong?: readonly string[];
}

/** What is to be made of a run, once everything is done that was begun. */
export interface Run {
  readonly world: ChaosWorld;
  /** @default 'kills may' */
  readonly callsAgain?: Expectations['callsAgain'];
  readonly examine?: (evidence: Evidence) => Finding;
}

/** A run that was judged by its scenario. */
export interface Judged extends Verdict {
  readonly figures: readonly string[];
}

/** One idea of what may happen to a group, or to the services. */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** `shared`: one broker, beside others. `own`: one that it may stop. A number: a cluster of so many, which it may stop. */
  readonly broker: 'shared' | 'own' | 3;
  /** Of brokers of its own, beside those of a cluster that is quick to notice. */
  readonly brokerSettings?: StartClusterOptions['settings'];
  /** Runs beside no other, also where it shares a broker: it is many processes, and its topic has one name. */
  readonly alone?: true;
  readonly extents: readonly Extent[];
  /** A breach is what it is for: it fails where none is found. */
  readonly planted?: true;
  /** Resolves at the end of all faults; then the world is finished, and judged, where that has not been done. */
  readonly run: (stage: Stage) => Promise<Run | Judged>;
}
