import { isAccountedFor, type Delivery } from './deliveries.ts';
import { percentile } from './percentile.ts';
import type { Registered } from './register-all.ts';

/** What the demo has to tell. */
export interface DemoResult {
  readonly wanted: number;
  /** The APIs that hear of registrations. */
  readonly apis: readonly string[];
  readonly registered: Registered;
  readonly deliveries: readonly Delivery[];
}

/** Whether everyone wanted was registered and every API was called exactly once for each. */
export function isComplete({ wanted, deliveries }: DemoResult): boolean {
  return deliveries.length === wanted && deliveries.every(isAccountedFor);
}

/** `20 registered, 20 e-mails sent, 20 events tracked, 20 calls to crm` */
export function summary({ apis, registered, deliveries }: DemoResult): string {
  const effects = apis.map((api) => {
    const made = deliveries.flatMap(({ calls }) => calls[api] ?? []).length;
    return effect(api, made);
  });
  return [`${registered.accepted.length} registered`, ...effects].join(', ');
}

/** `From request to last API call: p50 85 ms, p99 214 ms`; empty when nothing arrived. */
export function timing({ deliveries }: DemoResult): string {
  const delays = deliveries.filter(isAccountedFor).map(lastCallMs);
  if (delays.length === 0) return '';
  return `From request to last API call: p50 ${percentile(delays, 50)} ms, p99 ${percentile(delays, 99)} ms`;
}

/** One line for each kind of refusal and for each user whose calls are not one per API. */
export function shortcomings({ registered, deliveries }: DemoResult): readonly string[] {
  const reasons = Map.groupBy(registered.refused, ({ refused }) => refused);
  const refusals = [...reasons].map(([reason, refused]) => `${refused.length} not registered: ${reason}`);
  const missing = deliveries
    .filter((delivery) => !isAccountedFor(delivery))
    .map(({ registration, calls }) => {
      const made = Object.entries(calls).map(([api, { length }]) => effect(api, length));
      return `user ${registration.userId}: ${made.join(', ')} (trace ${registration.traceId})`;
    });
  return [...refusals, ...missing];
}

/** What a call does at the APIs of the worked example; of others we know no more than that they are called. */
const effects: Readonly<Record<string, string>> = { notification: 'e-mails sent', analytics: 'events tracked' };

const effect = (api: string, count: number): string => `${count} ${effects[api] ?? `calls to ${api}`}`;

function lastCallMs({ registration, calls }: Delivery): number {
  return Math.max(...Object.values(calls).flat()) - registration.sentAt;
}
