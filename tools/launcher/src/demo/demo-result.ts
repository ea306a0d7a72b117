import { isAccountedFor, type Delivery } from './deliveries.ts';
import { percentile } from './percentile.ts';
import type { Registered } from './register-all.ts';

/** What the demo has to tell. */
export interface DemoResult {
  readonly wanted: number;
  readonly registered: Registered;
  readonly deliveries: readonly Delivery[];
}

/** Whether everyone wanted was registered and every API was called exactly once for each. */
export function isComplete({ wanted, deliveries }: DemoResult): boolean {
  return deliveries.length === wanted && deliveries.every(isAccountedFor);
}

/** `20 registered, 20 e-mails sent, 20 events tracked` */
export function summary({ registered, deliveries }: DemoResult): string {
  const emails = count(deliveries, ({ emails: calls }) => calls.length);
  const events = count(deliveries, ({ events: calls }) => calls.length);
  return `${registered.accepted.length} registered, ${emails} e-mails sent, ${events} events tracked`;
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
    .map(
      ({ registration, emails, events }) =>
        `user ${registration.userId}: ${emails.length} e-mails, ${events.length} events (trace ${registration.traceId})`,
    );
  return [...refusals, ...missing];
}

function lastCallMs({ registration, emails, events }: Delivery): number {
  return Math.max(...emails, ...events) - registration.sentAt;
}

function count(deliveries: readonly Delivery[], of: (delivery: Delivery) => number): number {
  return deliveries.reduce((sum, delivery) => sum + of(delivery), 0);
}
