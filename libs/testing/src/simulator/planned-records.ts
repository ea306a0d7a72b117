import { draw } from './draw.ts';
import type { LoadPlan, Scenario } from './scenario.ts';
import type { SimulatedRecord } from './simulated-event.ts';

/** A record, and when and where it is to be appended. */
export interface PlannedRecord {
  readonly atMs: number;
  /** Index of its topic. */
  readonly topic: number;
  /** Among the partitions that the topic has by then: this modulo their number. */
  readonly spread: number;
  /** Whether a control record follows it. */
  readonly gapAfter: boolean;
  readonly record: SimulatedRecord;
}

/** What is produced in the run, in order of time: the backlogs first, at 0. */
export function plannedRecords(
  { topics, load }: Pick<Scenario, 'topics' | 'load'>,
  seed: number,
): readonly PlannedRecord[] {
  const backlogs = topics.flatMap(({ backlog }, topic) =>
    Array.from({ length: backlog }, (_, index) => planned(`b${topic}.${index}`, { topic, atMs: 0 })),
  );
  const produced = Array.from({ length: load.records }, (_, index) => {
    const id = `r${index}`;
    return planned(id, {
      topic: Math.floor(draw(seed, `topic ${id}`) * topics.length),
      atMs: Math.floor(draw(seed, `at ${id}`) * load.overMs),
    });
  });
  return [...backlogs, ...produced.sort((one, other) => one.atMs - other.atMs)];

  function planned(id: string, { topic, atMs }: Pick<PlannedRecord, 'topic' | 'atMs'>): PlannedRecord {
    const record = simulatedRecord(id, load, seed);
    // Equal keys go to the same partition, as with any producer; without a key it may be any.
    const spread = Math.floor(draw(record.key === null ? seed : 0, `partition ${record.key ?? id}`) * 840);
    const gapAfter = draw(seed, `gap ${id}`) * 100 < (topics[topic]?.gapPercent ?? 0);
    return { atMs, topic, spread, gapAfter, record };
  }
}

/** A record of that id, as the plan spreads keys and kinds. */
export function simulatedRecord(id: string, load: LoadPlan, seed: number): SimulatedRecord {
  const kind = draw(seed, `kind ${id}`) * 100;
  return {
    id,
    key: keyOf(id, load, seed),
    kind: kind < load.otherTypePercent ? 'other-type' : kind > 100 - load.invalidPercent ? 'invalid' : 'subscribed',
    bytes: Math.round(load.bytes * draw(seed, `bytes ${id}`)),
  };
}

function keyOf(id: string, { keys, hotPercent, nullKeyPercent }: LoadPlan, seed: number): string | null {
  if (draw(seed, `null ${id}`) * 100 < nullKeyPercent) return null;
  if (draw(seed, `hot ${id}`) * 100 < hotPercent) return 'k0';
  return `k${Math.floor(draw(seed, `key ${id}`) * keys)}`;
}
