import type { ServerResponse } from 'node:http';

/** Calls whose callers wait for an answer: how many, and which order keys they carry. */
export class InFlight {
  readonly #orderKeys = new Map<ServerResponse, string | undefined>();
  readonly #perOrderKey = new Map<string, number>();

  get count(): number {
    return this.#orderKeys.size;
  }

  /** Takes a call in; true if another one of the same order key is in flight. */
  enter(response: ServerResponse, orderKey: string | undefined): boolean {
    this.#orderKeys.set(response, orderKey);
    if (orderKey === undefined) return false;
    const others = this.#perOrderKey.get(orderKey) ?? 0;
    this.#perOrderKey.set(orderKey, others + 1);
    return others > 0;
  }

  /** Does nothing the second time. */
  leave(response: ServerResponse): void {
    const orderKey = this.#orderKeys.get(response);
    this.#orderKeys.delete(response);
    if (orderKey === undefined) return;
    const others = (this.#perOrderKey.get(orderKey) ?? 0) - 1;
    if (others > 0) this.#perOrderKey.set(orderKey, others);
    else this.#perOrderKey.delete(orderKey);
  }

  /** Breaks the connection of every caller that waits. */
  cutOff(): void {
    for (const response of this.#orderKeys.keys()) response.destroy();
  }
}
