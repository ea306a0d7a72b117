import { leaseName } from './heard.ts';
import type { WorldMember } from './source-world.ts';
import { type Told, toldOf } from './told.ts';

/**
 * What no source may ever do, whatever happens; empty where it did none of it. Each case ends with it.
 *
 * - a partition under two leases at the same time, of whatever members;
 * - a record twice under one lease, or before an earlier one, or of a lease that has ended or is being given away;
 * - an epoch that does not grow;
 * - an end that the lease itself did not know of.
 *
 * `readAgain`: those partitions were read from elsewhere on purpose. `gone`: members that no longer tell when their leases
 * end, since they have crashed; theirs ends at that time.
 */
export function breaches(members: readonly WorldMember[], allowed: Allowed = {}): readonly string[] {
  return [
    ...members.flatMap(({ name, told }) => outOfOrder(told, allowed).map((breach) => `${name}: ${breach}`)),
    ...heldTwice(members, allowed),
  ];
}

export interface Allowed {
  readonly readAgain?: boolean;
  /** When members ended that could not tell, by name. */
  readonly gone?: Readonly<Record<string, number>>;
}

function outOfOrder(told: readonly Told[], { readAgain }: Allowed): readonly string[] {
  const found: string[] = [];
  const epochs = new Map<number, number>();
  const reached = new Map<string, number>();
  const over = new Map<string, string>();
  for (const each of told) {
    const name = leaseName(each);
    if (each.what === 'granted') {
      if ((epochs.get(each.partition) ?? -1) >= each.epoch) found.push(`granted ${name} after a later epoch`);
      epochs.set(each.partition, each.epoch);
    } else if (each.what === 'records') {
      if (over.has(name)) found.push(`records of ${name}, which ${over.get(name)}`);
      if (!readAgain && !continues(reached.get(name) ?? -1, each)) found.push(`records of ${name} out of order`);
      reached.set(name, each.coveredTo);
    } else if (each.what === 'revoking') over.set(name, 'is to go');
    else if (each.what === 'revoked') {
      if (!each.aborted) found.push(`revoked ${name}, whose signal does not say so`);
      over.set(name, 'has ended');
    }
  }
  return found;
}

/** Rising, from where the batch before has ended, and none past where this one ends. */
function continues(reached: number, batch: { offsets: readonly number[]; coveredTo: number }): boolean {
  const rising = [reached - 1, ...batch.offsets, batch.coveredTo];
  return rising.every((offset, index) => offset > (rising[index - 1] ?? -Infinity));
}

interface Holding {
  readonly who: string;
  readonly fromMs: number;
  readonly toMs: number;
}

function heldTwice(members: readonly WorldMember[], { gone = {} }: Allowed): readonly string[] {
  const found: string[] = [];
  const groups = Map.groupBy(members, ({ group }) => group);
  for (const group of groups.values())
    for (const [partition, holdings] of holdingsOf(group, gone)) {
      const sorted = holdings.toSorted((a, b) => a.fromMs - b.fromMs);
      for (const [index, { who, fromMs }] of sorted.entries()) {
        const before = sorted[index - 1];
        if (before && before.toMs > fromMs) found.push(`${who} had ${partition} while ${before.who} had it`);
      }
    }
  return found;
}

function holdingsOf(members: readonly WorldMember[], gone: Readonly<Record<string, number>>): Map<number, Holding[]> {
  const holdings = new Map<number, Holding[]>();
  for (const { name, told } of members)
    for (const { partition, epoch, atMs } of toldOf(told, 'granted')) {
      const end = toldOf(told, 'revoked').find((each) => each.partition === partition && each.epoch === epoch);
      const holding = { who: name, fromMs: atMs, toMs: Math.min(end?.atMs ?? Infinity, gone[name] ?? Infinity) };
      holdings.set(partition, [...(holdings.get(partition) ?? []), holding]);
    }
  return holdings;
}
