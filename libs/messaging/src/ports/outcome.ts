/**
 * How a record ended. `skipped`: nobody subscribed to its type, or it was done in an earlier life of the group.
 * `dead-lettered`: given up on, and durably written to the dead-letter topic. `expired`: older than its subscription's
 * `maxAgeMs` before it was done. Only a record with an outcome counts as done.
 */
export type Outcome = 'completed' | 'skipped' | 'dead-lettered' | 'expired';
