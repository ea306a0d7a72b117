import type { Target } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';

/** What a call is told beside its request; a consumer's `HandlerContext` can be handed on as it is. */
export interface CallContext {
  /** Aborting it ends the call at once, with `CALL_ABORTED`. */
  readonly signal: AbortSignal;
  /** Sent as `Idempotency-Key`. */
  readonly idempotencyKey?: string | undefined;
  /** See {@link TargetOptions}. @default what the target says */
  readonly idempotent?: boolean | undefined;
  /** @default 1 */
  readonly attempt?: number | undefined;
  /** Sent as `Order-Key` and `Order-Sequence`. */
  readonly order?: { readonly key: string; readonly sequence: number } | undefined;
  /**
   * What the call is about: the circuit breaker counts the failures of calls that are about the same once.
   * @default the key of the order, else the idempotency key
   */
  readonly about?: string | undefined;
  /** Where the call's line goes. @default the target's own log */
  readonly log?: Logger | undefined;
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Appended to the base URL; may hold a query, which is never logged. */
export type HttpPath = `/${string}`;

export interface HttpRequest extends CallContext {
  readonly method: HttpMethod;
  readonly path: HttpPath;
  /** Sent as JSON; bytes (`Uint8Array`) are JSON already, and sent as they are. @default no body */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where the API says it is JSON, and it is; else text. Undefined where there is none, or more than 1 MiB. */
  readonly body: unknown;
}

/**
 * One HTTP API. Every method makes one attempt, in the time the target allows. It never sends a request again that the API
 * may have seen; one that was surely `notSent`, because its connection turned out to be dead, goes out on a fresh one, once.
 */
export interface HttpTarget extends Target {
  /**
   * Posts `json`, as `HttpRequest` has it; resolves when the API answers 2xx. Anything else throws a `ServiceError`, as
   * docs/classification.md has it, with `retryAfterMs` where the API gave one.
   */
  post(path: HttpPath, json: unknown, call: CallContext): Promise<HttpAnswer>;
  /** Resolves with the API's answer, whatever its status; throws as `post` does where there was none. */
  send(request: HttpRequest): Promise<HttpAnswer>;
}
