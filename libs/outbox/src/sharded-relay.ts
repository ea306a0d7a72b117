import type { RecordProducer } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import type { Counter } from '@opentelemetry/api';
import { Outage } from './outage.ts';
import { observeBacklog, observeShards, publishedCounter } from './outbox-metrics.ts';
import type { OutboxBacklog, OutboxStore } from './outbox-store.ts';
import { type Relay, relayDefaults, type RelaySettings } from './relay.ts';
import { RelayLoop } from './relay-loop.ts';
import type { ShardClaims, ShardMembership } from './shard-claims.ts';
import { Sleeper } from './sleeper.ts';

/** Of all producers made with one id, Kafka lets only the last write. Implemented by libs/kafka. */
export type CreateFencedProducer = (options: {
  readonly transactionalId: string;
  /** Rejects with `LEASE_LOST` where the id is somebody else's; asked after the id has been taken, before anything is written. */
  readonly confirm: () => Promise<void>;
}) => RecordProducer & { stop(): Promise<void> };

export interface ShardedRelayOptions extends RelaySettings {
  readonly claims: ShardClaims;
  readonly storeOf: (shard: number) => OutboxStore;
  readonly createProducer: CreateFencedProducer;
  readonly log: Logger;
  /** How often shards are spread anew. @default 1_000 */
  readonly balanceIntervalMs?: number;
}

/** Each batch is a transaction, of which Kafka has more work than of its records: so a batch gathers what comes in 50 ms. */
const defaults = { ...relayDefaults, restMs: 50, balanceIntervalMs: 1_000 };

/**
 * The relay of an outbox that several processes write and relay: each takes its part of the shards, and takes over those of
 * a process that is gone. Each shard has one {@link RelayLoop}, and a producer whose transactional id is the shard's: a process
 * that has lost a shard and does not know it yet is refused by Kafka.
 */
export function createShardedRelay(options: ShardedRelayOptions): Relay {
  let relay: ShardedRelay | undefined;
  let stopObserving: readonly (() => void)[] = [];
  return {
    name: 'outbox-relay',
    start: async () => {
      const started = new ShardedRelay({ ...defaults, ...options }, publishedCounter());
      stopObserving = [observeBacklog(() => started.backlog()), observeShards(() => started.shards)];
      relay = started;
      started.start();
    },
    wake: () => relay?.wake(),
    stop: async () => {
      for (const stop of stopObserving) stop();
      await relay?.stop();
    },
  };
}

interface ShardWork {
  readonly store: OutboxStore;
  readonly loop: RelayLoop;
  readonly producer: ReturnType<CreateFencedProducer>;
}

class ShardedRelay {
  readonly #options: Required<ShardedRelayOptions>;
  readonly #published: Counter;
  readonly #work = new Map<number, ShardWork>();
  readonly #outage: Outage;
  readonly #pause = new Sleeper();
  #membership: ShardMembership | undefined;
  #stopping = false;
  #running = Promise.resolve();

  constructor(options: Required<ShardedRelayOptions>, published: Counter) {
    this.#options = options;
    this.#published = published;
    this.#outage = new Outage(options.log);
  }

  get shards(): number {
    return this.#work.size;
  }

  async backlog(): Promise<OutboxBacklog> {
    const backlogs = await Promise.all([...this.#work.values()].map(({ store }) => store.backlog()));
    const oldest = backlogs.flatMap(({ oldestAtMs }) => oldestAtMs ?? []);
    return {
      depth: backlogs.reduce((sum, { depth }) => sum + depth, 0),
      oldestAtMs: oldest.length === 0 ? undefined : Math.min(...oldest),
      setAside: backlogs.reduce((sum, { setAside }) => sum + setAside, 0),
    };
  }

  start(): void {
    this.#running = this.#run();
  }

  wake(): void {
    for (const { loop } of this.#work.values()) loop.wake();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#pause.wake();
    await Promise.all([...this.#work.keys()].map((shard) => this.#end(shard, (loop) => loop.stop())));
    await this.#running;
    await this.#membership?.leave();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        this.#membership ??= await this.#join();
        await this.#balance(this.#membership);
        this.#outage.over();
      } catch (error) {
        this.#outage.failed(error);
        await this.#lose();
      }
      if (!this.#stopping) await this.#pause.sleep(this.#options.balanceIntervalMs);
    }
  }

  async #join(): Promise<ShardMembership> {
    const joined = await this.#options.claims.join({
      onAppended: (shard) => this.#work.get(shard)?.loop.wake(),
      onLost: () => {
        if (this.#membership === joined) void this.#lose();
      },
    });
    return joined;
  }

  async #balance(membership: ShardMembership): Promise<void> {
    const share = await membership.share();
    if (this.#stopping || this.#membership !== membership) return;
    const surplus = [...this.#work.keys()].slice(share);
    await Promise.all(surplus.map((shard) => this.#giveAway(membership, shard)));
    if (this.#work.size >= share) return;
    const claimed = await membership.claim(share - this.#work.size);
    if (this.#stopping || this.#membership !== membership) return;
    for (const shard of claimed) this.#begin(membership, shard);
    if (claimed.length > 0) this.#options.log.info({ claimed, shards: this.shards }, 'shards of the outbox taken');
  }

  #begin(membership: ShardMembership, shard: number): void {
    const { storeOf, createProducer } = this.#options;
    const store = storeOf(shard);
    const transactionalId = `millrace-outbox-${membership.outboxId}-${shard}`;
    const producer = createProducer({ transactionalId, confirm: () => membership.confirm() });
    const loop = new RelayLoop({ ...this.#options, store, producer, published: this.#published });
    const work = { store, loop, producer };
    this.#work.set(shard, work);
    loop
      .run()
      .catch((error: unknown) => this.#outage.failed(error))
      .finally(() => this.#ended(membership, shard, work));
  }

  /** By itself, since Kafka or `confirm` said that it is somebody else's: given up, and claimed again if it is not. */
  #ended(membership: ShardMembership, shard: number, work: ShardWork): void {
    if (this.#work.get(shard) !== work) return;
    this.#options.log.warn({ shard }, 'a shard of the outbox is given up, since somebody else has begun to publish it');
    this.#giveAway(membership, shard).catch(() => undefined);
  }

  async #giveAway(membership: ShardMembership, shard: number): Promise<void> {
    await this.#end(shard, (loop) => loop.finish());
    await membership.release(shard);
  }

  async #end(shard: number, endLoop: (loop: RelayLoop) => Promise<void>): Promise<void> {
    const work = this.#work.get(shard);
    this.#work.delete(shard);
    if (!work) return;
    await endLoop(work.loop);
    await work.producer.stop();
  }

  /** What is on its way may still be written, as long as nobody has taken the shard; nothing more is begun. */
  async #lose(): Promise<void> {
    const { lost, works } = { lost: this.#membership, works: [...this.#work.values()] };
    this.#membership = undefined;
    this.#work.clear();
    for (const { loop } of works) loop.abort();
    await Promise.all([...works.map(({ producer }) => producer.stop()), lost?.leave()]);
  }
}
