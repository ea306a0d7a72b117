/**
 * How a record ended. `skipped`: nobody subscribed to its type. `dead-lettered`: given up on, and durably written to the
 * dead-letter topic. Only a record with an outcome counts as done.
 */
export type Outcome = 'completed' | 'skipped' | 'dead-lettered';
