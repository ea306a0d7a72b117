import type { ServerResponse } from 'node:http';

/** Calls whose callers wait for an answer: how many, and which order keys they carry. */
export class InFlight {
  readonly #orderKeys = new Map<ServerResponse, string[]>();
  readonly #perOrderKey = new Map<string, number>();

  get count(): number {
    return this.#orderKeys.size;
  }

  /** Takes a call in; true if another one of the same order key is in flight. */
  enter(response: ServerResponse, orderKey: string | undefined): boolean {
    this.#orderKeys.set(response, []);
    return orderKey !== undefined && this.carries(response, orderKey);
  }

  /** A call in flight carries one more order key; true if that is in flight with another one, or in this one already. */
  carries(response: ServerResponse, orderKey: string): boolean {
    const keys = this.#orderKeys.get(response);
    if (!keys) return false;
    keys.push(orderKey);
    const others = this.#perOrderKey.get(orderKey) ?? 0;
    this.#perOrderKey.set(orderKey, others + 1);
    return others > 0;
  }

  /** Does nothing the second time. */
  leave(response: ServerResponse): void {
    const orderKeys = this.#orderKeys.get(response) ?? [];
    this.#orderKeys.delete(response);
    for (const orderKey of orderKeys) this.#release(orderKey);
  }

  #release(orderKey: string): void {
    const others = (this.#perOrderKey.get(orderKey) ?? 0) - 1;
    if (others > 0) this.#perOrderKey.set(orderKey, others);
    else this.#perOrderKey.delete(orderKey);
  }

  /** Breaks the connection of every caller that waits. */
  cutOff(): void {
    for (const response of this.#orderKeys.keys()) response.destroy();
  }
}
