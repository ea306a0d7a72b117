import type { Trouble } from '../stub/gate-facts.ts';

/** How long a call may take where some hang, in ms. */
export const timeoutMs = 1_000;

/** What goes wrong, and how the consumer is set. */
export interface Case {
  readonly label: string;
  readonly trouble: Trouble;
  readonly concurrency: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether some become dead letters. */
  readonly leftOut?: boolean;
  /** Whether the load is more than can be done, so that it ends with the trouble: what counts is how much is done. */
  readonly saturated?: boolean;
}

export const cases: Readonly<Record<string, Case>> = {
  none: { label: 'nothing', trouble: {}, concurrency: 500 },
  down: { label: 'every call gets 503', trouble: { failing: 1 }, concurrency: 500 },
  revoked: { label: 'every call gets 401', trouble: { failing: 1, status: 401 }, concurrency: 500 },
  flaky: {
    label: '5 % get 503, 1 % no answer in 1 s',
    trouble: { failing: 0.05, hanging: 0.01 },
    concurrency: 100,
    env: { PEER_TIMEOUT_MS: `${timeoutMs}` },
    saturated: true,
  },
  keys: {
    label: '200 of 10,000 keys get 503',
    trouble: { failingKeys: 200 },
    concurrency: 500,
    env: { PEER_OVERFLOW: 'dead-letter' },
    leftOut: true,
  },
};
