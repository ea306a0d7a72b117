import { randomUUID } from 'node:crypto';
import { createEvent, dataSchemaOf, type EventContract, type EventEnvelope } from '@millrace/messaging';

/** What of an event is not its data; each has a default. */
export interface HearOptions {
  /** The same id twice is the same event delivered twice. @default a new one */
  readonly id?: string;
  /** @default '/test' */
  readonly source?: string;
  /** @default now */
  readonly time?: Date;
}

/** The event as its publisher makes it; and with data that no publisher of ours would let through, as others might. */
export function eventOf(
  contract: EventContract,
  data: unknown,
  { id = randomUUID(), source = '/test', time }: HearOptions & { readonly time: Date },
): EventEnvelope {
  if (contract.schema.safeParse(data).success) return createEvent(contract, data, { id, source, now: time });
  const { type } = contract;
  return { id, type, source, time: time.toISOString(), subject: id, dataschema: dataSchemaOf(contract), data };
}
