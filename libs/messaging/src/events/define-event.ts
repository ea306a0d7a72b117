import type { z } from 'zod';

/** What an event is: its type and version, the topic it travels on, the shape of its data, and the key that orders it. */
export interface EventContract<Data = unknown> {
  /** Past tense, e.g. `UserRegistered`; the CloudEvents `type`. */
  readonly type: string;
  /** Counts up with each incompatible change of `schema`. */
  readonly version: number;
  /** When it happens and what its data is for, in a sentence or two, for who hears of it. */
  readonly description: string;
  readonly topic: string;
  readonly schema: z.ZodType<Data>;
  /** Events of equal key are handled one after the other, in the order of publishing. Also the CloudEvents `subject`. */
  key(data: Data): string;
  /** Valid data, shown in the published contract and at hand in tests. */
  readonly examples: readonly [Data, ...Data[]];
}

/** What names a contract. */
export type EventName = Pick<EventContract, 'type' | 'version'>;

/** Declares an event contract. */
export function defineEvent<Data>(contract: EventContract<Data>): EventContract<Data> {
  return contract;
}

/** The CloudEvents `dataschema` of a contract: names type and version, e.g. `urn:millrace:UserRegistered:1`. */
export function dataSchemaOf({ type, version }: EventName): string {
  return `urn:millrace:${type}:${version}`;
}

/** Whether `dataschema` is one of ours for `type`, in whatever version. */
export function isDataSchemaOf(type: string, dataschema: string): boolean {
  return dataschema.startsWith(`urn:millrace:${type}:`);
}
