import { createLogger } from '@millrace/telemetry';
import { createConsumer } from '../consumer/consumer.ts';
import { orderPlaced } from '../consumer/consumer.test-support.ts';
import { type Handler, on } from '../consumer/subscription.ts';
import { InMemoryProducer } from '../testing/in-memory-producer.ts';
import { InMemorySource, type NewRecord } from '../testing/in-memory-source.ts';
import type { Outcome } from '../ports/outcome.ts';
import { headerText } from '../ports/record.ts';
import { once } from './once.ts';
import type { OnceSettings } from './once-options.ts';
import { TestStore } from './once.test-support.ts';

/** Where a process is when it dies; between two of these it awaits nothing. */
export const crashPoints = [
  'the store is asked',
  'the store has taken the claim',
  'the API has the call',
  'the API has acted',
  'the API has answered, and the store is told',
  'the store knows',
  'the commit is on its way',
] as const;

/** `without`: there is no store. */
export type Mode = OnceSettings['uncertain'] | 'without';

export type CrashPoint = (typeof crashPoints)[number];

const name = 'invoice';

/** An API that acts on every call, also on one it has had before; and a group of one process that dies and comes again. */
export class CrashWorld {
  /** By event: how often the API has acted on it. */
  readonly effects = new Map<string, number>();
  readonly outcomes: Outcome[] = [];
  /** Events that the API had acted on, and the store not heard of, when their process died. */
  readonly inTheDark: string[] = [];
  /** Asked at each point that a living process gets to; true kills it there. */
  kills: (point: CrashPoint) => boolean = () => false;
  readonly #mode: Mode;
  readonly #store = new TestStore();
  readonly #records: readonly NewRecord[];
  readonly #producers: InMemoryProducer[] = [];
  #source = new InMemorySource('orders');
  /** Which process lives; what earlier ones await never comes. */
  #life = 0;
  #dead = 0;
  readonly #actedOn = new Set<string>();

  constructor(records: readonly NewRecord[], mode: Mode) {
    this.#records = records;
    this.#mode = mode;
  }

  /** Starts a process where the last one has committed. */
  async start(): Promise<void> {
    const life = ++this.#life;
    this.inTheDark.push(...this.#actedOn);
    this.#actedOn.clear();
    const committed = this.#source.partition(0).committed;
    const source = (this.#source = new InMemorySource('orders'));
    source.partition(0).committed = committed;
    source.append(0, ...this.#records);
    source.beforeCommit = () => this.#reach(life, 'the commit is on its way');
    const producer = new InMemoryProducer();
    const consumer = createConsumer(
      { group: 'billing', startAt: 'earliest', targets: [], subscriptions: [this.#subscription(life)] },
      {
        source: () => source,
        producer,
        log: createLogger({ service: 'test', level: 'silent' }),
        random: () => 1,
        ended: (_, outcome) => void (this.#alive(life) && this.outcomes.push(outcome)),
      },
    );
    producer.beforeWrite = () => (this.#alive(life) ? Promise.resolve() : never());
    this.#producers.push(producer);
    await consumer.start();
    source.grant(0);
  }

  /** Whether everything is committed. */
  get isDone(): boolean {
    return this.#source.partition(0).committed?.offset === this.#records.length;
  }

  get isDead(): boolean {
    return this.#dead === this.#life;
  }

  /** By event: with which code it became a dead letter. */
  get letters(): ReadonlyMap<string, string | undefined> {
    const all = this.#producers.flatMap(({ sent }) => sent);
    return new Map(
      all.map(({ headers }) => [headerText(headers, 'ce_id') ?? '', headerText(headers, 'millrace_dlq_code')]),
    );
  }

  #alive(life: number): boolean {
    return this.#life === life && this.#dead !== life;
  }

  #subscription(life: number) {
    if (this.#mode === 'without') return on(orderPlaced, this.#api(life), { name });
    const store = this.#storeOf(life);
    return on(orderPlaced, once(store, this.#api(life), { uncertain: this.#mode, leaseMs: 40_000 }), { name });
  }

  #storeOf(life: number): TestStore {
    const inner = this.#store;
    const store = new TestStore();
    store.claim = async (requests) => {
      await this.#reach(life, 'the store is asked');
      const claims = await inner.claim(requests);
      await this.#reach(life, 'the store has taken the claim');
      return claims;
    };
    store.complete = async (keys, ttlMs) => {
      await this.#reach(life, 'the API has answered, and the store is told');
      await inner.complete(keys, ttlMs);
      for (const key of keys) this.#actedOn.delete(key.slice(`${name}:`.length));
      await this.#reach(life, 'the store knows');
    };
    return store;
  }

  #api(life: number): Handler<unknown> {
    return async ({ id }) => {
      await this.#reach(life, 'the API has the call');
      this.effects.set(id, (this.effects.get(id) ?? 0) + 1);
      this.#actedOn.add(id);
      await this.#reach(life, 'the API has acted');
    };
  }

  /** Goes on while the process lives. */
  async #reach(life: number, point: CrashPoint): Promise<void> {
    if (this.#alive(life) && this.kills(point)) this.#dead = life;
    if (!this.#alive(life)) await never();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
