import { startNode } from '../support/start-node.ts';
import type { Arrival } from './arrival.ts';

/** The API of the quota's benchmark, in a process of its own. */
export interface CountingApi {
  readonly url: string;
  /** From now on it takes so many calls in any second. */
  take(perSecond: number): Promise<void>;
  /** As they came. */
  arrivals(): Promise<readonly Arrival[]>;
  stop(): Promise<void>;
}

/** Resolves when it can be called; it takes everything at first. */
export async function startCountingApi(): Promise<CountingApi> {
  const { firstLine, stop } = await startNode(new URL('./counting-api-main.ts', import.meta.url));
  const { url, controlUrl } = JSON.parse(firstLine) as { readonly url: string; readonly controlUrl: string };
  return {
    url,
    stop,
    take: async (perSecond) =>
      void (await fetch(`${controlUrl}/takes`, { method: 'PUT', body: JSON.stringify(perSecond) })),
    arrivals: async () => {
      const arrivals = (await (await fetch(`${controlUrl}/arrivals`)).json()) as Arrival[];
      return arrivals.toSorted((one, other) => one.atMs - other.atMs);
    },
  };
}
