import type { Fault, FaultInput } from './fault.ts';
import type { ApiStats } from './stub-api-set.ts';

/** One effect as the control routes show it. */
export interface ReportedEffect {
  readonly idempotencyKey: string | null;
  readonly orderKey: string | null;
  readonly orderSequence: number | null;
  /** When it took effect, just before the answer: ISO 8601 with milliseconds. */
  readonly at: string;
  readonly path: string;
  readonly body: unknown;
}

/** The control routes as functions; each rejects with what came back if that was no success. */
export interface StubApisClient {
  setFault(api: string, fault: FaultInput): Promise<Fault>;
  clearFault(api: string): Promise<void>;
  stats(): Promise<Readonly<Record<string, ApiStats>>>;
  /** In the order in which they took effect; those of one order key where that is given. */
  effects(api: string, orderKey?: string): Promise<readonly ReportedEffect[]>;
  /** Forgets counts, effects and kept results of all APIs. */
  reset(): Promise<void>;
}

/** @param controlUrl e.g. `http://127.0.0.1:8090` */
export function createStubApisClient(controlUrl: string): StubApisClient {
  const ask = async (method: string, path: string, json?: unknown): Promise<unknown> => {
    const body =
      json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${controlUrl}${path}`, { method, ...body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    setFault: async (api, fault) => (await ask('PUT', `/faults/${api}`, fault)) as Fault,
    clearFault: async (api) => void (await ask('DELETE', `/faults/${api}`)),
    stats: async () => (await ask('GET', '/stats')) as Readonly<Record<string, ApiStats>>,
    effects: async (api, orderKey) => {
      const query = orderKey === undefined ? '' : `?orderKey=${encodeURIComponent(orderKey)}`;
      const { effects } = (await ask('GET', `/effects/${api}${query}`)) as { effects: readonly ReportedEffect[] };
      return effects;
    },
    reset: async () => void (await ask('DELETE', '/stats')),
  };
}
