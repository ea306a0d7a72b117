import { Fifo } from './fifo.ts';
import type { Lane } from './lane.ts';
import { createLine, type Line } from './line.ts';

/**
 * Whose turn is next: lines take turns, and within one its lanes, {@link ReadyLanes}. A lane that is ready is in the line of
 * its partition; where there are tenants, in that of the tenant whose item is next, over all partitions. A tenant's line
 * lives only while something in it is ready: tenants may be without number. Constant time per turn.
 */
export class Lines<Item extends object> {
  readonly #tenantOf: ((item: Item) => string) | undefined;
  readonly #turns = new Fifo<Line<Lane<Item>>>();
  readonly #tenants = new Map<string, Line<Lane<Item>>>();

  constructor(tenantOf: ((item: Item) => string) | undefined) {
    this.#tenantOf = tenantOf;
  }

  /** Lines with something ready. */
  get size(): number {
    return this.#turns.size;
  }

  /** Tenants that have a line. */
  get tenants(): number {
    return this.#tenants.size;
  }

  push(lane: Lane<Item>, { long }: { readonly long: boolean }): void {
    const line = this.#lineOf(lane);
    line.ready.push(lane, { long });
    this.#await(line);
  }

  /** The next in line; with `random`, any that is ready in the line whose turn it is. */
  shift(random?: () => number): Lane<Item> | undefined {
    for (let line = this.#turns.shift(); line; line = this.#turns.shift()) {
      line.inLine = false;
      const lane = random ? line.ready.draw(random) : line.ready.shift();
      if (line.ready.size > 0) this.#await(line);
      else if (line.tenant !== undefined) this.#tenants.delete(line.tenant);
      if (lane) return lane;
    }
    return undefined;
  }

  /** Takes out what is ready of one partition. Where there are tenants, it takes time by all that is ready. */
  drop(owner: Lane<Item>['owner']): void {
    owner.line.ready.clear();
    for (const { ready } of this.#tenants.values()) ready.remove((lane) => lane.owner === owner);
  }

  #lineOf({ owner, next }: Lane<Item>): Line<Lane<Item>> {
    if (!this.#tenantOf || !next) return owner.line;
    const tenant = this.#tenantOf(next);
    const known = this.#tenants.get(tenant);
    if (known) return known;
    const line = createLine<Lane<Item>>(tenant);
    this.#tenants.set(tenant, line);
    return line;
  }

  #await(line: Line<Lane<Item>>): void {
    if (line.inLine) return;
    line.inLine = true;
    this.#turns.push(line);
  }
}
