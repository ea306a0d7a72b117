import { partitionKey, type TopicPartition } from './answer.ts';
import type { Assignments } from './group-coordinator.ts';
import type { JoinedMember } from './group-member.ts';

/** What a member holds when it joins: what it wants to keep, and what it has yet to let go of. */
export interface Claims {
  readonly owned: readonly TopicPartition[];
  readonly draining: readonly TopicPartition[];
}

/** `count` makes a member that has the same claims as before heard all the same: one that says nothing new is not. */
export function encodeClaims({ owned, draining }: Claims, count: number): string {
  return JSON.stringify({ owned: owned.map(place), draining: draining.map(place), count });
}

/**
 * Shares `partitions` out evenly; members keep what they own as far as that is even. What one member holds and another is to
 * have is given to nobody in this generation: the first lets go of it and joins again, and then it is free.
 */
export function withholdingAssignor(
  members: readonly JoinedMember[],
  partitions: readonly TopicPartition[],
): Assignments {
  const sorted = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const claims = new Map(sorted.map(({ memberId, userData }) => [memberId, decodeClaims(userData)]));
  const shares = new Map<string, TopicPartition[]>(sorted.map(({ memberId }) => [memberId, []]));
  const free = new Map(partitions.map((partition) => [partitionKey(partition), partition]));
  keepOwned(claims, shares, free);
  for (const partition of free.values()) fewest(shares).push(partition);
  const holders = holdersOf(claims);
  return new Map(
    Array.from(shares, ([memberId, share]) => [
      memberId,
      share.filter((partition) => (holders.get(partitionKey(partition)) ?? memberId) === memberId),
    ]),
  );
}

/** Takes from `free` what its owners may keep; the first of them one more each, where it does not come out even. */
function keepOwned(
  claims: ReadonlyMap<string, Claims>,
  shares: ReadonlyMap<string, TopicPartition[]>,
  free: Map<string, TopicPartition>,
): void {
  const even = Math.floor(free.size / shares.size);
  let extra = free.size % shares.size;
  for (const [memberId, share] of shares) {
    const owned = claims.get(memberId)?.owned.filter((partition) => free.has(partitionKey(partition))) ?? [];
    const limit = owned.length > even && extra > 0 ? even + 1 : even;
    if (limit > even) extra--;
    for (const partition of owned.slice(0, limit)) {
      free.delete(partitionKey(partition));
      share.push(partition);
    }
  }
}

function fewest(shares: ReadonlyMap<string, TopicPartition[]>): TopicPartition[] {
  let least: TopicPartition[] | undefined;
  for (const share of shares.values()) if (!least || share.length < least.length) least = share;
  return least ?? [];
}

function holdersOf(claims: ReadonlyMap<string, Claims>): ReadonlyMap<string, string> {
  const holders = new Map<string, string>();
  for (const [memberId, { owned, draining }] of claims)
    for (const partition of [...owned, ...draining]) holders.set(partitionKey(partition), memberId);
  return holders;
}

function decodeClaims(userData: string): Claims {
  const { owned, draining } = JSON.parse(userData) as Claims;
  return { owned, draining };
}

function place({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
