import type { RunRecord } from '@millrace/testing/guarantees';
import type { MemberEntry } from '../member/member-protocol.ts';
import type { MemberEnd, Stall } from '../world/member.ts';
import type { ApiEntry, Evidence, StoredOffset } from './evidence.ts';

const topic = 'rows';
const partition = 0;
const place = { topic, partition, epoch: 1 };

type Entry = MemberEntry extends infer One ? (One extends unknown ? Omit<One, 'atMs'> : never) : never;

/** Evidence as a run would leave it, told step by step; each step is 1 ms after the one before, unless time is let pass. */
export class Story {
  readonly #records: RunRecord[] = [];
  readonly #entries = new Map<string, MemberEntry[]>();
  readonly #ends = new Map<string, MemberEnd>();
  readonly #stalls = new Map<string, Stall[]>();
  readonly #commits: StoredOffset[] = [];
  readonly #api: ApiEntry[] = [];
  readonly #calls = new Map<string, number>();
  #nowMs = 0;
  #apiCalls = 0;
  #commitsSent = 0;

  /** Events of the key, written and acknowledged. */
  write(key: string, ...events: readonly string[]): this {
    for (const event of events) {
      const offset = this.#records.length;
      this.#records.push({ id: `${event}@${offset}`, topic, partition, offset, key, subscribed: true });
    }
    return this;
  }

  pass(ms: number): this {
    this.#nowMs += ms;
    return this;
  }

  grant(member: string): this {
    return this.#tell(member, { kind: 'granted', member, ...place, committed: undefined });
  }

  /** A call begins, comes to the API and takes effect there; `end` says how it ends for its member. */
  call(member: string, event: string, end: 'accepted' | 'failed' | 'cut-off' | 'never' = 'accepted'): this {
    this.begin(member, event);
    const call = this.#calls.get(member) ?? 0;
    const id = this.#idOf(event);
    const arrival = this.#arrive(member, call, event);
    if (end !== 'failed') this.#see({ api: 'rows', call: arrival, what: 'acted', idempotencyKey: event });
    if (end === 'never') return this;
    this.#see({ api: 'rows', call: arrival, what: 'answered', status: end === 'failed' ? 503 : 200 });
    this.#tell(member, { kind: 'call-ended', call, result: end });
    return end === 'accepted' ? this.#tell(member, { kind: 'outcome', member, id, outcome: 'completed' }) : this;
  }

  /** A call begins, and does not leave its member. */
  begin(member: string, event: string): this {
    const call = (this.#calls.get(member) ?? 0) + 1;
    this.#calls.set(member, call);
    const id = this.#idOf(event);
    return this.#tell(member, { kind: 'call-started', call, member, id, attempt: 1, idempotencyKey: event });
  }

  /** The request of a member's last call comes to the API, maybe once more. */
  arrive(member: string, event: string): this {
    this.#arrive(member, this.#calls.get(member) ?? 0, event);
    return this;
  }

  /** Sent, stored and confirmed. */
  commit(member: string, offset: number, stored: 'stored' | 'not stored' = 'stored'): this {
    const commit = ++this.#commitsSent;
    this.#tell(member, { kind: 'commit-sent', commit, ...place, offset, metadata: '' });
    if (stored === 'stored')
      this.#commits.push({ topic, partition, offset, metadata: '', storedAt: Math.floor(this.#nowMs) });
    return this.#tell(member, { kind: 'commit-confirmed', commit, ...place });
  }

  release(member: string): this {
    this.#tell(member, { kind: 'released', member, ...place, unconfirmed: false });
    return this.lose(member);
  }

  lose(member: string): this {
    return this.#tell(member, { kind: 'lost', member, ...place });
  }

  kill(member: string): this {
    this.#ends.set(member, { how: 'killed', atMs: ++this.#nowMs });
    return this;
  }

  stop(member: string): this {
    this.#ends.set(member, { how: 'stopped', atMs: ++this.#nowMs });
    return this.#tell(member, { kind: 'stopped', member });
  }

  freeze(member: string, ms: number): this {
    const fromMs = ++this.#nowMs;
    this.#nowMs += ms;
    this.#stalls.set(member, [...(this.#stalls.get(member) ?? []), { fromMs, toMs: this.#nowMs }]);
    return this;
  }

  get evidence(): Evidence {
    const acknowledged = this.#records.map(
      ({ id }) => [id.slice(0, id.lastIndexOf('@')), { dueMs: 0, atMs: 0 }] as const,
    );
    return {
      records: this.#records,
      acknowledged: new Map(acknowledged),
      members: [...this.#entries].map(([name, entries]) => ({
        name,
        entries,
        end: this.#ends.get(name),
        stalls: this.#stalls.get(name) ?? [],
      })),
      commits: this.#commits,
      api: this.#api,
      wallToMachineMs: 0,
      sessionTimeoutMs: 1_000,
    };
  }

  #idOf(event: string): string {
    return this.#records.find(({ id }) => id === event || id.startsWith(`${event}@`))?.id ?? `${event}@0`;
  }

  #arrive(member: string, call: number, event: string): number {
    const offset = Number(this.#idOf(event).split('@')[1]);
    const seen = { idempotencyKey: event, orderKey: 'k', orderSequence: offset };
    this.#see({ api: 'rows', call: ++this.#apiCalls, what: 'called', query: `call=${member}.${call}`, ...seen });
    return this.#apiCalls;
  }

  #see(entry: ApiEntry extends infer One ? (One extends unknown ? Omit<One, 'atMs'> : never) : never): void {
    this.#api.push({ ...entry, atMs: ++this.#nowMs });
  }

  #tell(member: string, entry: Entry): this {
    const entries = this.#entries.get(member) ?? [];
    this.#entries.set(member, entries);
    entries.push({ ...entry, atMs: ++this.#nowMs });
    return this;
  }
}
