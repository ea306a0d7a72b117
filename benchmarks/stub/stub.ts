import type { Behaviour, GateFacts, KeyAndCertificate, OpenGate } from './gate-facts.ts';
import { startNode } from '../support/start-node.ts';

/** An API of its own for one peer. */
export interface StubGate {
  /** Where to POST. */
  readonly url: string;
  facts(): Promise<GateFacts>;
  behave(behaviour: Behaviour): Promise<void>;
  /** When each key was first called, by `machineMs`; null where it was not. */
  arrivals(): Promise<readonly (number | null)[]>;
  close(): Promise<void>;
}

/** The stub in a process of its own. */
export interface Stub {
  readonly pid: number;
  open(behaviour: Behaviour, certificate?: KeyAndCertificate): Promise<StubGate>;
  stop(): Promise<void>;
}

/** Resolves when it can be asked to open gates. */
export async function startStub(): Promise<Stub> {
  const { firstLine, ...process } = await startNode(new URL('./main.ts', import.meta.url));
  const control = `http://127.0.0.1:${firstLine}/gates`;
  return {
    ...process,
    open: async (behaviour, certificate) => {
      const asked: OpenGate = certificate ? { behaviour, certificate } : { behaviour };
      const { port } = (await ask('POST', control, asked)) as { port: number };
      const gate = `${control}/${port}`;
      return {
        url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}/calls`,
        facts: async () => (await ask('GET', gate)) as GateFacts,
        arrivals: async () => (await ask('GET', `${gate}/arrivals`)) as (number | null)[],
        behave: async (next) => void (await ask('PUT', gate, next)),
        close: async () => void (await ask('DELETE', gate)),
      };
    },
  };
}

async function ask(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok)
    throw new Error(`the stub answered ${response.status} to ${method} ${url}: ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}
