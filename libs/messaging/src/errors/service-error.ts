import { type ErrorCode, errorCodes } from './error-codes.ts';

export interface ServiceErrorOptions {
  readonly cause?: unknown;
  /** @default what the table of codes says */
  readonly retryable?: boolean;
  /** How long the other side asked us to wait. */
  readonly retryAfterMs?: number;
  /** HTTP status of the API's answer, where there was one. */
  readonly status?: number;
  /** The other side has surely not seen it: a repeat is safe, whatever it does. @default false */
  readonly notSent?: boolean;
  /** The other side may have seen it, and has surely not done what was asked. @default `notSent` */
  readonly notActedOn?: boolean;
  /** Whatever record was sent would have failed: it counts against none of them. @default false */
  readonly targetAtFault?: boolean;
}

/** The one error class. `message` says what was attempted and what came back, without personal data or secrets. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly notSent: boolean;
  readonly notActedOn: boolean;
  readonly targetAtFault: boolean;

  constructor(code: ErrorCode, message: string, options: ServiceErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.retryable = options.retryable ?? errorCodes[code].retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
    this.notSent = options.notSent ?? false;
    this.notActedOn = options.notActedOn ?? this.notSent;
    this.targetAtFault = options.targetAtFault ?? false;
  }

  /** `error` itself if it is one of ours, else wrapped as `UNEXPECTED`, which is retryable: nothing unknown loses an event. */
  static from(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new ServiceError('UNEXPECTED', message, { cause: error });
  }
}
