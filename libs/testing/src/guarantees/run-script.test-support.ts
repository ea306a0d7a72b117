import type { Commit, Outcome } from '@millrace/messaging';
import { encodeOffsetMap, type OffsetRange } from '@millrace/messaging/testing';
import { describeGuarantee, Judge, type JudgeOptions } from './judge.ts';
import type { ExpiryCause, RemovalCause, RunEvent, RunEventOf, RunRecord } from './run-event.ts';

const place = { topic: 'orders', partition: 0 };

type Kind = RunEvent['kind'];
type Rest<K extends Kind> = Omit<RunEventOf<K>, 'kind' | 'atMs'>;

/** A run of one partition, `orders-0`, written down step by step; each takes 10 ms. */
export class RunScript {
  readonly events: RunEvent[] = [];
  readonly #handled = new Set<string>();
  #calls = 0;
  #offset = 0;

  /** At the next offset. */
  append(id: string, key: string | null, record: Partial<RunRecord> = {}): this {
    const offset = record.offset ?? this.#offset;
    this.#offset = offset + 1;
    return this.#add('appended', { record: { id, ...place, key, subscribed: true, ...record, offset } });
  }

  remove(id: string, why: RemovalCause = 'compacted'): this {
    return this.#add('removed', { id, why });
  }

  startLog(): this {
    this.#offset = 0;
    return this.#add('log-started', place);
  }

  join(member: string): this {
    return this.#add('joined', { member });
  }

  grant(member: string, epoch: number, committed?: Commit): this {
    return this.#add('granted', { member, ...place, epoch, committed });
  }

  lose(member: string, epoch: number): this {
    return this.#add('lost', { member, ...place, epoch });
  }

  release(member: string, epoch: number, { unconfirmed = false } = {}): this {
    return this.#add('released', { member, ...place, epoch, unconfirmed });
  }

  /** Returns the number of the call. */
  call(member: string, id: string, { attempt = 1, idempotencyKey = `n:${id}` } = {}): number {
    const call = ++this.#calls;
    this.#add('call-started', { member, call, id, attempt, idempotencyKey });
    return call;
  }

  abort(call: number): this {
    return this.#add('call-aborted', { call });
  }

  end(call: number, result: RunEventOf<'call-ended'>['result']): this {
    return this.#add('call-ended', { call, result });
  }

  effect(call: number): this {
    return this.#add('effect', { call });
  }

  letter(id: string): this {
    return this.#add('letter', { id });
  }

  outcome(member: string, id: string, outcome: Outcome = 'completed'): this {
    return this.#add('outcome', { member, id, outcome });
  }

  /** A call that is accepted and completes its record; it takes effect unless an earlier one of the record did. */
  handle(member: string, id: string): this {
    const call = this.call(member, id);
    if (!this.#handled.has(id)) this.effect(call);
    this.#handled.add(id);
    return this.end(call, 'accepted').outcome(member, id);
  }

  commit(
    member: string,
    commit: Commit,
    { owner, epoch }: Pick<RunEventOf<'committed'>, 'owner' | 'epoch'> = {},
  ): this {
    return this.#add('committed', { member, ...place, ...commit, owner, epoch });
  }

  setOffsets(committed: Commit | undefined): this {
    return this.#add('offsets-set', { ...place, committed });
  }

  hold(member: string, held: Omit<Rest<'held'>, 'member'>): this {
    return this.#add('held', { member, ...held });
  }

  crash(member: string): this {
    return this.#add('crashed', { member });
  }

  stall(member: string): this {
    return this.#add('stalled', { member });
  }

  expire(member: string, why: ExpiryCause = 'session timeout'): this {
    return this.#add('expired', { member, why });
  }

  stop(member: string): this {
    return this.#add('stopped', { member });
  }

  settle(): this {
    return this.#add('settled', {});
  }

  #add<K extends Kind>(kind: K, rest: Rest<K>): this {
    this.events.push({ kind, atMs: 10 * this.events.length, ...rest } as unknown as RunEvent);
    return this;
  }
}

/** What a member stores: the first unfinished offset, and what is finished beyond. */
export function upTo(offset: number, ...beyond: readonly OffsetRange[]): Commit {
  const metadata =
    beyond.length === 0
      ? ''
      : encodeOffsetMap({ base: offset, log: 'AAAAAA', fingerprint: 'AAAAAAAAAAA', finished: beyond });
  return { offset, metadata };
}

const options: JudgeOptions = {
  apiHonoursKeys: true,
  atMost: { records: 100, bytes: 10_000, inFlight: 4, beyond: { records: 10, bytes: 1_000 } },
};

/** What the judge says of the guarantees that a run breaks; empty where it keeps them all. */
export function verdict({ events }: RunScript, changed: Partial<JudgeOptions> = {}): string {
  const judge = new Judge({ ...options, ...changed });
  for (const event of events) judge.watch(event);
  return judge.broken.map(describeGuarantee).join('\n');
}

/** Names of the guarantees that a run breaks. */
export function brokenBy(run: RunScript, changed: Partial<JudgeOptions> = {}): readonly string[] {
  const judge = new Judge({ ...options, ...changed });
  for (const event of run.events) judge.watch(event);
  return judge.broken.map(({ name }) => name);
}
