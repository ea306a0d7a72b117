import { randomBytes } from 'node:crypto';
import { poll } from '../poll.ts';
import type { Registration } from './registration.ts';

/** What one API did for one user: when each call was answered, in milliseconds since 1970. */
type Calls = readonly number[];

/** What the APIs did for one registration, by API. Each should have been called once. */
export interface Delivery {
  readonly registration: Registration;
  readonly calls: Readonly<Record<string, Calls>>;
}

export interface DeliveriesOptions {
  /** Where the control of stub-apis is. */
  readonly stubApis: string;
  /** The APIs that hear of registrations. */
  readonly apis: readonly string[];
  readonly registrations: readonly Registration[];
  /** Past it, what has arrived is the result. */
  readonly limitMs: number;
  /** Hears how many of the calls have been made. */
  readonly onCount: (made: number) => void;
  readonly signal: AbortSignal;
}

/** Whether each API was called exactly once. */
export function isAccountedFor({ calls }: Delivery): boolean {
  return Object.values(calls).every(({ length }) => length === 1);
}

/** Waits until every registration's calls have been made, or until the limit; asks again only for those that have not. */
export async function awaitDeliveries(options: DeliveriesOptions): Promise<readonly Delivery[]> {
  const { registrations, limitMs, onCount, signal } = options;
  const deliveries = new Map<Registration, Delivery>();
  const allMade = async (): Promise<true | undefined> => {
    const open = registrations.filter((registration) => !wasMade(deliveries.get(registration)));
    for (const registration of open) deliveries.set(registration, await ask(options, registration));
    onCount([...deliveries.values()].flatMap(({ calls }) => Object.values(calls).flat()).length);
    return registrations.every((registration) => wasMade(deliveries.get(registration))) || undefined;
  };
  await poll(allMade, { intervalMs: 200, limitMs, signal });
  return [...deliveries.values()];
}

function wasMade(delivery: Delivery | undefined): boolean {
  return delivery !== undefined && Object.values(delivery.calls).every(({ length }) => length > 0);
}

async function ask({ stubApis, apis, signal }: DeliveriesOptions, registration: Registration): Promise<Delivery> {
  const callsOf = async (api: string) => [api, await callsFor(stubApis, api, registration.userId, signal)] as const;
  return { registration, calls: Object.fromEntries(await Promise.all(apis.map(callsOf))) };
}

/** None where stub-apis does not answer: it may be just restarting. */
async function callsFor(stubApis: string, api: string, userId: string, signal: AbortSignal): Promise<Calls> {
  const url = `${stubApis}/effects/${api}?orderKey=${encodeURIComponent(userId)}`;
  try {
    const response = await fetch(url, { headers: { traceparent: untraced() }, signal });
    const { effects } = (await response.json()) as { readonly effects: readonly { readonly at: string }[] };
    return effects.map(({ at }) => Date.parse(at));
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

/** A trace that is not to be recorded: in Jaeger, our asking would bury what there is to see. */
function untraced(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
}
