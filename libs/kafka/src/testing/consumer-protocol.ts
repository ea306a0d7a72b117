import type { RecordSourceSettings } from '../source/record-source-settings.ts';

/** All that a consumer's process needs to know. */
export interface ConsumerSpec {
  readonly name: string;
  readonly brokers: readonly string[];
  readonly group: string;
  readonly topic: string;
  /** How long each call takes. */
  readonly callMs: { readonly least: number; readonly most: number };
  readonly settings: Partial<RecordSourceSettings>;
}

/** What a handler did, as its process tells it. */
export interface Call {
  readonly what: 'started' | 'ended';
  readonly by: string;
  readonly key: string;
  readonly number: number;
  /** By the clock that all processes share. */
  readonly atMs: number;
}
