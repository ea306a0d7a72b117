import type { HttpMethod } from './http-target.ts';

/** A request as it goes out. */
export interface ExchangeRequest {
  readonly method: HttpMethod;
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string | Uint8Array | null;
}

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Whose request a connection carries. These are the methods, in this order, of undici's dispatch handlers. */
export interface ConnectionUser {
  /** Just before the first byte is written. */
  onRequestStart(): void;
  /** May come several times, with statuses below 200; the last one counts. */
  onResponseStart(controller: unknown, status: number, headers: ResponseHeaders): void;
  onResponseData(controller: unknown, chunk: Buffer): void;
  onResponseEnd(): void;
  /** Instead of `onResponseEnd`, if the connection is not closed; with null, within `dispatch`, where nothing can carry it. */
  onResponseError(controller: unknown, error: Error): void;
}

/** One connection to an API. It carries one request at a time, and is made with the first. */
export interface Connection {
  dispatch(request: ExchangeRequest, user: ConnectionUser): void;
  /** Whether it stands, as far as we know: what fails unsent on one that did may do better on another. */
  readonly isMade: boolean;
  /** Whether it has lived long enough. */
  readonly isSpent: boolean;
  /** At once, whatever it carries; resolves when its socket is closed. */
  close(): Promise<void>;
}
