import type { SinkPlan, Told, Wish } from '@millrace/testing/record-source-suite';
import type { RecordSourceSettings } from '../source/record-source-settings.ts';

/** All that a member's process needs to know. */
export interface MemberSpec {
  readonly name: string;
  readonly brokers: readonly string[];
  /** The port to connect to instead, by the broker's address `host:port`. */
  readonly routes: Readonly<Record<string, number>>;
  readonly group: string;
  readonly topic: string;
  readonly plan: SinkPlan;
  readonly settings: Partial<RecordSourceSettings>;
}

export type Asked = Wish | 'state' | 'stop';

export interface ToMember {
  readonly id: number;
  readonly ask: Asked;
}

/** Each message has one of these. */
export type FromMember =
  | { readonly begun: true }
  | { readonly told: Told }
  | { readonly logged: string }
  | { readonly id: number; readonly answer: unknown };
