/** A call as the API saw it; times by `machineMs`. */
export interface Arrival {
  readonly atMs: number;
  /** When its handler made it. */
  readonly sentMs: number;
  /** The process of who made it. */
  readonly pid: number;
  readonly refused: boolean;
}

/** What a call tells of itself. */
export type Sent = Pick<Arrival, 'sentMs' | 'pid'>;
