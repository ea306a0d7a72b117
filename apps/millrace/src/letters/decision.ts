import { decisionsTopic, type KafkaRecord } from '@millrace/messaging';
import type { PlacedRecord } from '@millrace/kafka';
import { z } from 'zod';
import type { Letter } from './letter.ts';

const schema = z.object({
  decision: z.enum(['replayed', 'discarded']),
  at: z.iso.datetime(),
  /** Who decided. */
  by: z.string(),
  /** Why, in the operator's words. */
  reason: z.string().optional(),
  /** What would have been refused otherwise. */
  forced: z.string().optional(),
  /** Of the record, and who gave up on it. */
  topic: z.string(),
  group: z.string(),
  /** Why the record had been given up on. */
  code: z.string(),
  /** Of the dead letter: a topic that was made anew has others at the same place. */
  timestampMs: z.number(),
});

/** What an operator has decided about a dead letter. It has one decision: what comes back after a replay is another letter. */
export type Decision = z.infer<typeof schema>;

/** A decision with the id of its dead letter. */
export interface RecordedDecision extends Decision {
  readonly id: string;
}

/** What is said of all that one command decides. */
export type Deciding = Pick<Decision, 'decision' | 'at' | 'by' | 'reason'>;

export function decisionRecord(
  { id, code, record, group, origin: { topic } }: Letter,
  deciding: Deciding,
  forced: string | undefined,
): PlacedRecord {
  const { decision, at, by, reason } = deciding;
  const value: Decision = {
    decision,
    at,
    by,
    ...(reason !== undefined && { reason }),
    ...(forced !== undefined && { forced }),
    topic,
    group,
    code,
    timestampMs: record.timestampMs,
  };
  return {
    topic: decisionsTopic,
    partition: 0,
    key: Buffer.from(id),
    value: Buffer.from(JSON.stringify(value)),
    headers: { 'content-type': 'application/json' },
  };
}

/** Undefined where the record is no decision. */
export function decisionOf({ key, value }: KafkaRecord): RecordedDecision | undefined {
  if (!key || !value) return undefined;
  try {
    return { id: key.toString(), ...schema.parse(JSON.parse(value.toString())) };
  } catch {
    return undefined;
  }
}

/** Decisions by the ids of their letters. */
export class Decisions {
  readonly #byId = new Map<string, RecordedDecision>();

  add(decision: RecordedDecision): void {
    this.#byId.set(decision.id, decision);
  }

  get all(): readonly RecordedDecision[] {
    return [...this.#byId.values()];
  }

  of({ id, record }: Pick<Letter, 'id' | 'record'>): RecordedDecision | undefined {
    const decision = this.#byId.get(id);
    return decision?.timestampMs === record.timestampMs ? decision : undefined;
  }
}
