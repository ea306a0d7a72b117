import type { Commit } from '@millrace/messaging';
import type { Assignments, JoinedMember, OffsetToStore, TopicPartition } from '@millrace/messaging/membership';
import { type Answer, done, type KafkaError, type Reply } from './answer.ts';
import type { BrokerWatch, ExpiryCause } from './broker-watch.ts';
import { GroupMember, type Joined, type MemberProfile } from './group-member.ts';
import { GroupOffsets, maxMetadataLength } from './group-offsets.ts';
import type { Network } from './network.ts';

/** Who asks: a member in one generation of its group. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly generation: number;
}

type State = 'empty' | 'joining' | 'syncing' | 'stable';

/**
 * One group as Kafka's classic coordinator keeps it: members with sessions, generations made by all joining again, an
 * assignment made by the leader, and offsets, for which it asks who commits, but not whether the partition is theirs.
 */
export class GroupCoordinator {
  readonly offsets = new GroupOffsets();
  readonly #name: string;
  readonly #network: Network;
  readonly #watch: BrokerWatch;
  readonly #members = new Map<string, GroupMember>();
  #state: State = 'empty';
  #generation = 0;
  #leader: string | undefined;
  #ids = 0;
  #away = false;
  #forgetJoinTimer: (() => void) | undefined;

  constructor(name: string, network: Network, watch: BrokerWatch) {
    this.#name = name;
    this.#network = network;
    this.#watch = watch;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Names of the processes that count as members, and whether they have all they need. */
  get members(): readonly string[] {
    return Array.from(this.#members.values(), ({ profile }) => profile.client);
  }

  get stable(): boolean {
    return this.#state === 'stable';
  }

  /** Name of the process that a partition is assigned to in the present generation; undefined for nobody. */
  ownerOf({ topic, partition }: TopicPartition): string | undefined {
    for (const { assigned, profile } of this.#members.values())
      if (assigned.some((each) => each.partition === partition && each.topic === topic)) return profile.client;
    return undefined;
  }

  /** Nobody gets an answer for `forMs`. Afterwards it knows its members as before, with new sessions, or none of them. */
  away(forMs: number, members: 'kept' | 'forgotten'): void {
    this.#away = true;
    for (const member of this.#members.values()) {
      member.forget();
      dismiss(member, 'lost');
    }
    this.#forgetJoinTimer?.();
    this.#network.clock.after(forMs, () => this.#back(members));
  }

  /** As if the session of every member of that process had ended. */
  expel(client: string): void {
    for (const member of this.#members.values())
      if (member.profile.client === client) this.#remove(member, 'session timeout');
  }

  join(memberId: string, profile: MemberProfile, reply: Reply<Joined>): void {
    if (this.#away) return reply('lost');
    const known = this.#members.get(memberId);
    if (!known && memberId !== '') return reply({ error: 'UNKNOWN_MEMBER_ID' });
    const member = known ?? this.#admit(profile);
    const unchanged = known?.profile.userData === profile.userData;
    member.profile = profile;
    member.heard();
    if (unchanged && this.#needsNoRebalance(member)) return reply({ value: this.#joined(member) });
    member.joining?.('lost');
    member.joining = reply;
    if (this.#state === 'joining') this.#completeWhenAllJoined();
    else this.#rebalance();
  }

  sync(identity: MemberIdentity, assignments: Assignments, reply: Reply<readonly TopicPartition[]>): void {
    if (this.#away) return reply('lost');
    const error = this.#wrong(identity) ?? (this.#state === 'joining' ? 'REBALANCE_IN_PROGRESS' : undefined);
    const member = this.#members.get(identity.memberId);
    if (error || !member) return reply({ error: error ?? 'UNKNOWN_MEMBER_ID' });
    member.heard();
    if (this.#state === 'stable') return reply({ value: member.assigned });
    member.syncing = reply;
    if (member.id === this.#leader) this.#assign(assignments);
  }

  heartbeat(identity: MemberIdentity, reply: Reply<undefined>): void {
    if (this.#away) return reply('lost');
    const error = this.#wrong(identity);
    if (error) return reply({ error });
    this.#members.get(identity.memberId)?.heard();
    reply(this.#state === 'joining' ? { error: 'REBALANCE_IN_PROGRESS' } : done);
  }

  leave(memberId: string, reply: Reply<undefined>): void {
    if (this.#away) return reply('lost');
    const member = this.#members.get(memberId);
    if (!member) return reply({ error: 'UNKNOWN_MEMBER_ID' });
    this.#remove(member, 'left');
    reply(done);
  }

  /** What is too large is refused with an error for all, while the rest is stored. Who owns a partition is not asked. */
  commit(identity: MemberIdentity, offsets: readonly OffsetToStore[], reply: Reply<undefined>): void {
    if (this.#away) return reply('lost');
    const error = this.#wrong(identity) ?? (this.#state === 'syncing' ? 'REBALANCE_IN_PROGRESS' : undefined);
    const member = this.#members.get(identity.memberId);
    if (error || !member) return reply({ error: error ?? 'UNKNOWN_MEMBER_ID' });
    member.heard();
    let answer: Answer<undefined> = done;
    for (const each of offsets)
      if (each.metadata.length > maxMetadataLength) answer = { error: 'OFFSET_METADATA_TOO_LARGE' };
      else this.#store(member, each);
    reply(answer);
  }

  readOffset(partition: TopicPartition, reply: Reply<Commit | undefined>): void {
    reply(this.#away ? 'lost' : { value: this.offsets.get(partition) });
  }

  #back(members: 'kept' | 'forgotten'): void {
    this.#away = false;
    if (members === 'forgotten') {
      for (const { profile } of this.#members.values())
        this.#watch.memberGone?.(profile.client, 'coordinator lost its members', this.#name);
      this.#members.clear();
      this.#state = 'empty';
      this.#generation = 0;
    }
    for (const member of this.#members.values()) member.heard();
    if (this.#members.size > 0 && this.#state !== 'stable') this.#rebalance();
  }

  #admit(profile: MemberProfile): GroupMember {
    const id = `${profile.client}-${++this.#ids}`;
    const member: GroupMember = new GroupMember(id, profile, this.#network.clock, () =>
      this.#remove(member, 'session timeout'),
    );
    this.#members.set(id, member);
    return member;
  }

  #wrong({ memberId, generation }: MemberIdentity): KafkaError | undefined {
    if (!this.#members.has(memberId)) return 'UNKNOWN_MEMBER_ID';
    return generation === this.#generation ? undefined : 'ILLEGAL_GENERATION';
  }

  /** A member that says nothing new is told what it may have missed; the leader can always ask for a rebalance. */
  #needsNoRebalance(member: GroupMember): boolean {
    return this.#state === 'syncing' || (this.#state === 'stable' && member.id !== this.#leader);
  }

  #rebalance(): void {
    this.#state = 'joining';
    let timeoutMs = 0;
    for (const { profile } of this.#members.values()) timeoutMs = Math.max(timeoutMs, profile.rebalanceTimeoutMs);
    this.#forgetJoinTimer?.();
    this.#forgetJoinTimer = this.#network.clock.after(timeoutMs, () => this.#complete());
    for (const member of this.#members.values()) endSync(member, { error: 'REBALANCE_IN_PROGRESS' });
    this.#completeWhenAllJoined();
  }

  #completeWhenAllJoined(): void {
    for (const { joining } of this.#members.values()) if (!joining) return;
    this.#complete();
  }

  /** Who has not joined by now is out. */
  #complete(): void {
    this.#forgetJoinTimer?.();
    for (const member of this.#members.values()) if (!member.joining) this.#drop(member, 'rebalance timeout');
    this.#generation++;
    this.#state = this.#members.size === 0 ? 'empty' : 'syncing';
    if (this.#leader === undefined || !this.#members.has(this.#leader)) [this.#leader] = this.#members.keys();
    for (const member of this.#members.values()) {
      const { joining } = member;
      member.joining = undefined;
      member.heard();
      joining?.({ value: this.#joined(member) });
    }
  }

  #joined(member: GroupMember): Joined {
    const leader = member.id === this.#leader;
    const members = leader ? Array.from(this.#members.values(), asJoined) : [];
    return { memberId: member.id, generation: this.#generation, leader, members };
  }

  #assign(assignments: Assignments): void {
    this.#state = 'stable';
    for (const member of this.#members.values()) {
      member.assigned = assignments.get(member.id) ?? [];
      if (member.syncing) member.heard();
      endSync(member, { value: member.assigned });
    }
  }

  #store({ profile }: GroupMember, { topic, partition, offset, metadata, epoch }: OffsetToStore): void {
    this.offsets.set({ topic, partition }, { offset, metadata });
    this.#watch.committed?.({
      group: this.#name,
      member: profile.client,
      topic,
      partition,
      offset,
      metadata,
      epoch,
      owner: this.ownerOf({ topic, partition }),
    });
  }

  #remove(member: GroupMember, why: ExpiryCause | 'left'): void {
    this.#drop(member, why);
    if (this.#state === 'joining') this.#completeWhenAllJoined();
    else this.#rebalance();
  }

  #drop(member: GroupMember, why: ExpiryCause | 'left'): void {
    member.forget();
    this.#members.delete(member.id);
    dismiss(member, { error: 'UNKNOWN_MEMBER_ID' });
    if (why !== 'left') this.#watch.memberGone?.(member.profile.client, why, this.#name);
  }
}

function endSync(member: GroupMember, answer: Answer<readonly TopicPartition[]> | 'lost'): void {
  const { syncing } = member;
  member.syncing = undefined;
  syncing?.(answer);
}

function dismiss(member: GroupMember, answer: { readonly error: KafkaError } | 'lost'): void {
  const { joining } = member;
  member.joining = undefined;
  joining?.(answer);
  endSync(member, answer);
}

function asJoined({ id, profile }: GroupMember): JoinedMember {
  return { memberId: id, topics: profile.topics, userData: profile.userData };
}
