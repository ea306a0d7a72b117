import { ReadyLanes } from './ready-lanes.ts';

/** Lanes that take their turns as one: those of a partition, or of a tenant. */
export interface Line<Lane extends object> {
  readonly ready: ReadyLanes<Lane>;
  /** Whether it stands in line for the next turn of one of its lanes. */
  inLine: boolean;
  /** The tenant whose line it is. */
  readonly tenant: string | undefined;
}

/** A line with nothing in it. */
export function createLine<Lane extends object>(tenant?: string): Line<Lane> {
  return { ready: new ReadyLanes(), inLine: false, tenant };
}
