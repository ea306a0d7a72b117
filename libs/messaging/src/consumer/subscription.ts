import type { Logger } from '@millrace/telemetry';
import type { EventContract } from '../events/define-event.ts';
import type { EventEnvelope } from '../events/event-envelope.ts';

/** What a handler gets beside the event; handed on to a target as it is (`api.post(path, json, context)`). */
export interface HandlerContext {
  /**
   * Aborted when the service stops, the partition is lost, or the call's deadline has passed. Pass it to every call. Calls that
   * began at about the same time share it.
   */
  readonly signal: AbortSignal;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The same on every attempt and every redelivery of this event to this subscription. */
  readonly idempotencyKey: string;
  /** Lets the API see the order: for one `key`, later events have a greater `sequence`. */
  readonly order: { readonly key: string; readonly sequence: number };
  readonly log: Logger;
}

/** Turns one event into calls. Returning means done, throwing means failed: tried again, or dead-lettered when rejected. */
export type Handler<Data> = (event: EventEnvelope<Data>, context: HandlerContext) => Promise<void>;

/** The handler type of a contract: `HandlerOf<typeof userRegistered>`. */
export type HandlerOf<Contract> = Contract extends EventContract<infer Data> ? Handler<Data> : never;

/** A contract bound to a handler. */
export interface Subscription<Data = unknown> {
  /** Part of the idempotency key: changing it makes APIs see new calls. */
  readonly name: string;
  readonly contract: EventContract<Data>;
  /** See {@link SubscriptionOptions}. */
  readonly maxAgeMs: number | undefined;
  handler(...args: Parameters<Handler<Data>>): Promise<void>;
}

export interface SubscriptionOptions {
  readonly name: string;
  /**
   * An event older than this, by its own `time`, is not called any more: it ends as `expired`. @default none: it is called,
   * however late
   */
  readonly maxAgeMs?: number;
}

/**
 * Binds a contract to a handler: `on(userRegistered, welcomeEmail(api), { name: 'notification' })`. The name is asked for
 * because no default is safe: made from the group or the app, it would change with them and send everything twice.
 */
export function on<Data>(
  contract: EventContract<Data>,
  handler: Handler<Data>,
  { name, maxAgeMs }: SubscriptionOptions,
): Subscription<Data> {
  return { name, contract, handler, maxAgeMs };
}
