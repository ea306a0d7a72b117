import { headerText, type KafkaRecord } from '@millrace/messaging';
import { z } from 'zod';

/** Why a record was given up on an earlier time. */
const reasonSchema = z.object({
  code: z.string(),
  message: z.string(),
  status: z.string().optional(),
  attempts: z.number(),
  firstAt: z.string(),
  lastAt: z.string(),
  /** When it was replayed after that. */
  replayedAt: z.string(),
});

export type EarlierReason = z.infer<typeof reasonSchema>;

/** A dead letter, as an operator sees it. */
export interface Letter {
  /** `<topic>/<partition>/<offset>` of the dead letter itself. */
  readonly id: string;
  readonly record: KafkaRecord;
  readonly group: string;
  /** Where its record lay. */
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number };
  readonly code: string;
  readonly message: string;
  readonly status: string | undefined;
  readonly attempts: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** Type of its event. */
  readonly type: string | undefined;
  readonly eventId: string | undefined;
  readonly keyExpiresAt: string | undefined;
  /** What of its record it does not have; undefined where it has all. */
  readonly leftOut: string | undefined;
  /** Types that the group heard on the topic; undefined where the dead letter does not say. */
  readonly heardTypes: readonly string[] | undefined;
  readonly replays: number;
  readonly history: readonly EarlierReason[];
}

export const deadLetterSuffix = '.dlq';

export function idOf({ topic, partition, offset }: Pick<KafkaRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}/${offset}`;
}

/** Undefined where the record is no dead letter of Millrace's. */
export function letterOf(record: KafkaRecord): Letter | undefined {
  const text = (name: string) => headerText(record.headers, `millrace_dlq_${name}`);
  const topic = text('topic');
  const [partition, offset] = [wholeNumber(text('partition')), wholeNumber(text('offset'))];
  if (topic === undefined || partition === undefined || offset === undefined) return undefined;
  const { topic: place } = record;
  if (!place.startsWith(`${topic}.`) || !place.endsWith(deadLetterSuffix)) return undefined;
  return {
    id: idOf(record),
    record,
    group: place.slice(topic.length + 1, -deadLetterSuffix.length),
    origin: { topic, partition, offset },
    code: text('code') ?? 'UNKNOWN',
    message: text('message') ?? '',
    status: text('status'),
    attempts: wholeNumber(text('attempts')) ?? 0,
    firstAt: text('first_at') ?? '',
    lastAt: text('last_at') ?? new Date(record.timestampMs).toISOString(),
    type: headerText(record.headers, 'ce_type'),
    eventId: headerText(record.headers, 'ce_id'),
    keyExpiresAt: text('key_expires_at'),
    leftOut: text('left_out'),
    heardTypes: text('types')?.split(','),
    replays: wholeNumber(text('replays')) ?? 0,
    history: historyOf(text('history')),
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}

/** What cannot be read is left out: it is for people. */
function historyOf(text: string | undefined): readonly EarlierReason[] {
  if (text === undefined) return [];
  try {
    return z.array(reasonSchema).parse(JSON.parse(text));
  } catch {
    return [];
  }
}
