import { hearersOf } from '../hearers-of.ts';
import { tracked, type OnProgress } from '../progress.ts';
import type { System } from '../system.ts';
import { awaitDeliveries, type Delivery } from './deliveries.ts';
import type { DemoResult } from './demo-result.ts';
import { registerAll, type Registered } from './register-all.ts';

const wanted = 20;
const deliveriesLimitMs = 60_000;

/** Registers 20 users at the gateway and waits until the APIs have been called for each, for a minute at most. */
export async function runDemo(system: System, onProgress: OnProgress, signal: AbortSignal): Promise<DemoResult> {
  const [registered, apis] = await Promise.all([
    registerUsers(system, onProgress, signal),
    hearersOf('UserRegistered', system.apis),
  ]);
  const deliveries = await watchDeliveries(system, apis, registered, onProgress, signal);
  return { wanted, apis, registered, deliveries };
}

function registerUsers(system: System, onProgress: OnProgress, signal: AbortSignal): Promise<Registered> {
  const what = `${wanted} registrations`;
  const onCount = (answered: number): void => onProgress({ state: 'waiting', what, detail: `${answered} answered` });
  return tracked(onProgress, what, () => registerAll(system.url('gateway'), wanted, onCount, signal));
}

function watchDeliveries(
  system: System,
  apis: readonly string[],
  { accepted }: Registered,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  const what = 'Calls to the APIs';
  const onCount = (made: number): void =>
    onProgress({ state: 'waiting', what, detail: `${made} of ${apis.length * accepted.length} made` });
  const stubApis = system.url('stub-apis');
  const options = { stubApis, apis, registrations: accepted, limitMs: deliveriesLimitMs, onCount, signal };
  return tracked(onProgress, what, () => awaitDeliveries(options));
}
