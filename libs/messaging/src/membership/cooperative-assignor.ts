import { type Claims, decodeClaims } from './claims.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

/** A member as the leader of a generation sees it. */
export interface JoinedMember {
  readonly memberId: string;
  readonly topics: readonly string[];
  /** Of {@link encodeClaims}. */
  readonly userData: string;
}

/** By member id. */
export type Assignments = ReadonlyMap<string, readonly TopicPartition[]>;

/**
 * Shares `partitions` out evenly among the members that have subscribed to their topics; members keep what they own as far
 * as that is even. What one member holds and another is to have is given to nobody in this generation: the first lets go of
 * it and joins again, and then it is free.
 *
 * `sourceOf` says with which topic one goes: its partitions are not shared out by themselves, each goes to the member that
 * gets the one of the same number in that topic. While anybody else holds either, the member gets neither that it does not
 * hold: whoever lets go of one of them may still be at work in the other.
 */
export function cooperativeAssignor(
  members: readonly JoinedMember[],
  partitions: readonly TopicPartition[],
  sourceOf: (topic: string) => string | undefined = () => undefined,
): Assignments {
  const sorted = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const claims = new Map(sorted.map(({ memberId, userData }) => [memberId, decodeClaims(userData)]));
  const alone = partitions.filter(({ topic }) => sourceOf(topic) === undefined);
  const shares = sharedOut(sorted, claims, alone);
  const beside = new Beside(partitions, sourceOf);
  const holders = holdersOf(claims);
  return new Map(
    shares.map((share) => {
      const groups = share.partitions.map((partition) => [partition, ...beside.of(partition, share)]);
      return [share.memberId, groups.flatMap((group) => free(group, share.memberId, holders))];
    }),
  );
}

/** Of partitions that go together: those that `member` holds, and, where nobody else holds any, the others. */
function free(
  together: readonly TopicPartition[],
  member: string,
  holders: ReadonlyMap<string, string>,
): readonly TopicPartition[] {
  const holderOf = (partition: TopicPartition) => holders.get(partitionKey(partition));
  if (together.every((each) => (holderOf(each) ?? member) === member)) return together;
  return together.filter((each) => holderOf(each) === member);
}

/** Partitions that go with others, by those. */
class Beside {
  readonly #bySource: ReadonlyMap<string | undefined, readonly TopicPartition[]>;

  constructor(partitions: readonly TopicPartition[], sourceOf: (topic: string) => string | undefined) {
    const keyOf = ({ topic, partition }: TopicPartition) => {
      const source = sourceOf(topic);
      return source === undefined ? undefined : partitionKey({ topic: source, partition });
    };
    this.#bySource = Map.groupBy(partitions, keyOf);
  }

  of(partition: TopicPartition, share: Share): readonly TopicPartition[] {
    return (this.#bySource.get(partitionKey(partition)) ?? []).filter(({ topic }) => share.wants(topic));
  }
}

/** What one member is to have, by topic. */
class Share {
  readonly memberId: string;
  size = 0;
  readonly #byTopic: ReadonlyMap<string, TopicPartition[]>;

  constructor({ memberId, topics }: JoinedMember) {
    this.memberId = memberId;
    this.#byTopic = new Map(topics.map((topic) => [topic, []]));
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#byTopic.values()].flat();
  }

  get topics(): Iterable<string> {
    return this.#byTopic.keys();
  }

  wants(topic: string): boolean {
    return this.#byTopic.has(topic);
  }

  sizeOf(topic: string): number {
    return this.#byTopic.get(topic)?.length ?? 0;
  }

  add(partition: TopicPartition): void {
    this.#byTopic.get(partition.topic)?.push(partition);
    this.size++;
  }

  takeOne(topic: string): TopicPartition | undefined {
    const taken = this.#byTopic.get(topic)?.pop();
    if (taken) this.size--;
    return taken;
  }
}

function sharedOut(
  members: readonly JoinedMember[],
  claims: ReadonlyMap<string, Claims>,
  partitions: readonly TopicPartition[],
): readonly Share[] {
  const shares = members.map((member) => new Share(member));
  const free = new Map(partitions.map((partition) => [partitionKey(partition), partition]));
  for (const share of shares) keepOwned(share, claims.get(share.memberId)?.owned ?? [], free);
  for (const partition of free.values()) fewest(shares, partition.topic)?.add(partition);
  while (moveOne(shares));
  return shares;
}

function keepOwned(share: Share, owned: readonly TopicPartition[], free: Map<string, TopicPartition>): void {
  for (const partition of owned)
    if (share.wants(partition.topic) && free.delete(partitionKey(partition))) share.add(partition);
}

/** From one that has the most to one that has at least two fewer, if there are such. */
function moveOne(shares: readonly Share[]): boolean {
  for (const from of shares.toSorted((a, b) => b.size - a.size)) {
    const move = bestMove(shares, from);
    const partition = move && from.takeOne(move.topic);
    if (!partition) continue;
    move.to.add(partition);
    return true;
  }
  return false;
}

/** Of the topic of which the one has the most more than the other. */
function bestMove(shares: readonly Share[], from: Share): { readonly to: Share; readonly topic: string } | undefined {
  let best: { readonly to: Share; readonly topic: string; readonly gain: number } | undefined;
  for (const topic of from.topics) {
    const to = fewest(shares, topic);
    if (!to || from.size - to.size < 2 || from.sizeOf(topic) === 0) continue;
    const gain = from.sizeOf(topic) - to.sizeOf(topic);
    if (!best || gain > best.gain) best = { to, topic, gain };
  }
  return best;
}

function fewest(shares: readonly Share[], topic: string): Share | undefined {
  let least: Share | undefined;
  for (const share of shares) if (share.wants(topic) && (!least || share.size < least.size)) least = share;
  return least;
}

function holdersOf(claims: ReadonlyMap<string, Claims>): ReadonlyMap<string, string> {
  const holders = new Map<string, string>();
  for (const [memberId, { owned, draining }] of claims)
    for (const partition of [...owned, ...draining]) holders.set(partitionKey(partition), memberId);
  return holders;
}
