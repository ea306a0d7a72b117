import type { Logger } from '@millrace/telemetry';
import type { EventContract } from '../events/define-event.ts';
import type { EventEnvelope } from '../events/event-envelope.ts';
import type { DoneBefore } from '../once/done-before.ts';
import type { ServiceError } from '../errors/service-error.ts';

/** What a call is told beside its request; handed on to a target as it is (`api.post(path, json, call)`). */
export interface StepContext {
  /**
   * Aborted when the service stops, the partition is lost, or the call's deadline has passed. Pass it to every call, and read it
   * there: it is then that the partition's lease is looked at. Calls that began at about the same time share it.
   */
  readonly signal: AbortSignal;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The same on every attempt and every redelivery of this event to this subscription, or to this step of it. */
  readonly idempotencyKey: string;
  /** Lets the API see the order: for one `key`, later events have a greater `sequence`. */
  readonly order: { readonly key: string; readonly sequence: number };
  /** How often an operator has sent the event here once more, after it was given up on. */
  readonly replays: number;
  readonly log: Logger;
}

/**
 * Begins a part of the handler's work that is done, and repeated, by itself: `step('crm', (call) => api.post('/contacts', json,
 * call))`. A retry does not repeat what is done while the record is in memory: it resolves to what came of it before. What was
 * rejected rejects again, without a call. To be awaited, by itself or by `all` or `allSettled`.
 */
export type BeginStep = <Result>(name: string, work: (call: StepContext) => Promise<Result>) => Promise<Result>;

/** What a handler gets beside the event; handed on to a target as it is (`api.post(path, json, context)`). */
export interface HandlerContext extends StepContext {
  /** For a handler that calls several APIs. */
  readonly step: BeginStep;
}

/**
 * Turns one event into calls. Returning means done, whatever it returns; throwing means failed: tried again, or dead-lettered
 * when rejected.
 */
export type Handler<Data> = (event: EventEnvelope<Data>, context: HandlerContext) => Promise<unknown>;

/** The handler type of a contract: `HandlerOf<typeof userRegistered>`. */
export type HandlerOf<Contract> = Contract extends EventContract<infer Data> ? Handler<Data> : never;

/** One event of a batch. */
export interface BatchItem<Data = unknown> {
  readonly event: EventEnvelope<Data>;
  /** As {@link HandlerContext.idempotencyKey}; APIs that take many events per call take one with each. */
  readonly idempotencyKey: string;
  /** As {@link HandlerContext.order}. A batch has one event of a key at most. */
  readonly order: { readonly key: string; readonly sequence: number };
  /** 1 for the first try. */
  readonly attempt: number;
  /** As {@link HandlerContext.replays}. */
  readonly replays: number;
}

/** What the handler of a batch gets beside its items; handed on to a target as it is. */
export interface BatchContext {
  /** Aborted when the service stops, one of the items' partitions is lost, or the call's deadline has passed. */
  readonly signal: AbortSignal;
  /** The most of its items' attempts. */
  readonly attempt: number;
  /**
   * Of the whole call: the same where the same items, in the same order, are sent again of which nothing is known. It is
   * another one once the API has said something of each: a kept answer would say that for ever.
   */
  readonly idempotencyKey: string;
  /** The same for all parts of a batch that failed, as they are called again: they are no proof that the API fails. */
  readonly about: string;
  readonly log: Logger;
}

/** What came of an item of a batch: undefined where it is done, else why it failed. */
export type ItemResult = ServiceError | DoneBefore | undefined;

/** By item, in the order of the items. */
export type ItemResults = readonly ItemResult[];

/**
 * Turns many events into one call. Returning nothing means that all are done, returning results what became of each, and
 * throwing that all failed: those are called again in smaller batches before any of them is given up on.
 */
export type BatchHandler<Data> = (
  items: readonly BatchItem<Data>[],
  context: BatchContext,
) => Promise<ItemResults | void>;

/** The handler type of a contract's batches: `BatchHandlerOf<typeof userRegistered>`. */
export type BatchHandlerOf<Contract> = Contract extends EventContract<infer Data> ? BatchHandler<Data> : never;

/** A contract bound to a handler: of single events, or of batches. */
export type Subscription<Data = unknown> = EventSubscription<Data> | BatchSubscription<Data>;

interface Subscribed<Data> {
  /** Part of the idempotency key: changing it makes APIs see new calls. */
  readonly name: string;
  readonly contract: EventContract<Data>;
  /** See {@link SubscriptionOptions}. */
  readonly maxAgeMs: number | undefined;
}

export interface EventSubscription<Data = unknown> extends Subscribed<Data> {
  readonly batch?: undefined;
  handler(...args: Parameters<Handler<Data>>): Promise<unknown>;
}

export interface BatchSubscription<Data = unknown> extends Subscribed<Data> {
  readonly batch: BatchLimits;
  handler(...args: Parameters<BatchHandler<Data>>): ReturnType<BatchHandler<Data>>;
}

/** When a batch is sent: with the first of the two that is reached. */
export interface BatchLimits {
  /** Events in one call, at most. */
  readonly maxSize: number;
  /** How long the first event waits for more. */
  readonly maxDelayMs: number;
}

export interface SubscriptionOptions {
  readonly name: string;
  /**
   * An event older than this, by its own `time`, is not called any more: it ends as `expired`. What it is measured by
   * are two clocks, the producer's and ours: keep it well above what they may differ by. @default none: it is called, however late
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
): EventSubscription<Data> {
  return { name, contract, handler, maxAgeMs };
}

/**
 * Binds a contract to a handler of many events at a time, for an API that takes many per call:
 * `onBatch(userRegistered, trackAll(api), { name: 'analytics', maxSize: 100, maxDelayMs: 50 })`. Events of one key are never
 * in one batch, so that they stay in order also where a part of a batch fails.
 */
export function onBatch<Data>(
  contract: EventContract<Data>,
  handler: BatchHandler<Data>,
  { name, maxSize, maxDelayMs, maxAgeMs }: SubscriptionOptions & BatchLimits,
): BatchSubscription<Data> {
  return { name, contract, handler, maxAgeMs, batch: { maxSize, maxDelayMs } };
}
