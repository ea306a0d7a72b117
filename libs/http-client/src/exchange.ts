import type { Clock } from '@millrace/messaging';
import type { Dispatcher } from 'undici';
import type { HttpMethod } from './http-target.ts';
import { onAbort } from './on-abort.ts';

export interface ExchangeRequest {
  readonly method: HttpMethod;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** From now to the last byte of the answer: waiting for a connection, connecting, headers, body. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Undefined where it is longer than {@link maxAnswerBytes}. */
  readonly body: Buffer | undefined;
}

export type Unanswered =
  { readonly kind: 'timed-out' } | { readonly kind: 'aborted' } | { readonly kind: 'failed'; readonly error: Error };

/** How one attempt ended. */
export type ExchangeResult = Answered | Unanswered;

/** What an API says about one small call; more is not read. */
export const maxAnswerBytes = 1024 * 1024;

/** What a target stands on. */
export interface TargetPorts {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
}

/** Sends one request, once, and tells how it ended. Never rejects. */
export function exchange(ports: TargetPorts, request: ExchangeRequest): Promise<ExchangeResult> {
  return new Promise((resolve) => new Exchange(resolve).begin(ports, request));
}

/**
 * undici's dispatch handler for one request: by half cheaper than its `request()`, and with one deadline for everything.
 * The five `on…` methods and their order are undici's contract, which may change with its major version.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (result: ExchangeResult) => void;
  #stopDeadline: (() => void) | undefined;
  #stopListening: (() => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;
  #status = 0;
  #headers: ResponseHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(resolve: (result: ExchangeResult) => void) {
    this.#resolve = resolve;
  }

  begin({ dispatcher, clock }: TargetPorts, request: ExchangeRequest): void {
    const { method, path, headers, body, timeoutMs, signal } = request;
    if (signal.aborted) return this.#end({ kind: 'aborted' });
    this.#stopDeadline = clock.after(timeoutMs, () => this.#giveUp({ kind: 'timed-out' }));
    this.#stopListening = onAbort(signal, () => this.#giveUp({ kind: 'aborted' }));
    dispatcher.dispatch({ method, path, headers, body: body ?? null }, this);
  }

  /** Just before the request is written: one given up while it waited for a connection is not sent at all. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) this.#cutOff();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maxAnswerBytes) return this.#giveUp(this.#answer(undefined));
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#end(this.#answer(Buffer.concat(this.#chunks)));
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#end({ kind: 'failed', error });
  }

  #answer(body: Buffer | undefined): Answered {
    return { kind: 'answered', status: this.#status, headers: this.#headers, body };
  }

  #giveUp(result: ExchangeResult): void {
    this.#end(result);
    this.#cutOff();
  }

  #cutOff(): void {
    this.#controller?.abort(new Error('given up'));
  }

  #end(result: ExchangeResult): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopDeadline?.();
    this.#stopListening?.();
    this.#chunks = [];
    this.#resolve(result);
  }
}
