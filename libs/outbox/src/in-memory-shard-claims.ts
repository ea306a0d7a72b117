import { ServiceError } from '@millrace/messaging';
import type { MembershipEvents, ShardClaims, ShardMembership } from './shard-claims.ts';

interface Member {
  readonly events: MembershipEvents;
  readonly shards: Set<number>;
}

/** The claims of the tests: all members in one process, of which any can be cut off. */
export class InMemoryShardClaims implements ShardClaims {
  readonly #shards: number;
  readonly #members: Member[] = [];
  #away = false;

  constructor(shards: number) {
    this.#shards = shards;
  }

  async join(events: MembershipEvents): Promise<ShardMembership> {
    this.#throwIfAway();
    const member: Member = { events, shards: new Set() };
    this.#members.push(member);
    const here = () => {
      this.#throwIfAway();
      if (!this.#members.includes(member)) throw new ServiceError('DATABASE_UNAVAILABLE', 'the session is over');
    };
    return {
      outboxId: 'test',
      share: async () => {
        here();
        const [members, before] = [this.#members.length, this.#members.indexOf(member)];
        return Math.floor(this.#shards / members) + (before < this.#shards % members ? 1 : 0);
      },
      claim: async (count) => {
        here();
        const claimed = this.#free().slice(0, count);
        for (const shard of claimed) member.shards.add(shard);
        return claimed;
      },
      release: async (shard) => {
        here();
        member.shards.delete(shard);
      },
      confirm: async () => {
        if (!this.#members.includes(member)) throw new ServiceError('LEASE_LOST', 'the session is over');
      },
      leave: async () => this.#remove(member),
    };
  }

  /** What each member has, in the order in which they came. */
  get claimed(): number[][] {
    return this.#members.map(({ shards }) => [...shards].toSorted((a, b) => a - b));
  }

  /** Tells the member that has it of a commit in a shard. */
  notify(shard: number): void {
    for (const { events } of this.#members) events.onAppended(shard);
  }

  /** Ends a member's session, which hears of it. */
  cutOff(member: number): void {
    const cut = this.#members[member];
    if (!cut) return;
    this.#remove(cut);
    cut.events.onLost();
  }

  /** Ends it without a word: it learns of it when it asks. */
  forget(member: number): void {
    this.#members.splice(member, 1);
  }

  /** Cuts all off, and lets nobody in until `comeBack`. */
  goAway(): void {
    this.#away = true;
    for (const { events } of this.#members.splice(0)) events.onLost();
  }

  comeBack(): void {
    this.#away = false;
  }

  #free(): number[] {
    const taken = new Set(this.#members.flatMap(({ shards }) => [...shards]));
    return Array.from({ length: this.#shards }, (_, shard) => shard).filter((shard) => !taken.has(shard));
  }

  #remove(member: Member): void {
    const at = this.#members.indexOf(member);
    if (at !== -1) this.#members.splice(at, 1);
  }

  #throwIfAway(): void {
    if (this.#away) throw new ServiceError('DATABASE_UNAVAILABLE', 'the database is away');
  }
}
