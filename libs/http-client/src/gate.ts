import type { TurnGate } from '@millrace/messaging';

/** What keeps attempts from starting, and learns from what the API answers. */
export interface Gate extends TurnGate {
  /** What the API answered to a call. */
  answered(answer: CallAnswer): void;
}

export interface CallAnswer {
  /** Undefined where there was no answer. */
  readonly status: number | undefined;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
