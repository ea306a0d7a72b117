import { Dispatcher, errors } from 'undici';

/** A request as the API gets it: no network in between, but the same bytes. */
export interface InMemoryRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Aborted when the caller waits no longer. */
  readonly signal: AbortSignal;
}

export interface InMemoryAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** An API without a network. It resolves with its answer, or rejects as a connection fails: with an error that has a `code`. */
export type InMemoryApi = (request: InMemoryRequest) => Promise<InMemoryAnswer>;

/** Carries requests to an API in this process, with undici's contract towards who sends them. It holds nothing open. */
export class InMemoryDispatcher extends Dispatcher {
  readonly #api: InMemoryApi;

  constructor(api: InMemoryApi) {
    super();
    this.#api = api;
  }

  override dispatch(
    { method, path, headers, body }: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    const exchange = new InMemoryExchange(handler);
    const sent = { method, path, headers: { ...(headers as InMemoryRequest['headers']) } };
    const wrong = unsendable(sent);
    if (wrong) exchange.abort(new errors.InvalidArgumentError(wrong));
    else void exchange.carry(this.#api, { ...sent, body: typeof body === 'string' ? body : undefined });
    return true;
  }

  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> {
    callback?.();
    return Promise.resolve();
  }

  override destroy(): Promise<void>;
  override destroy(error: Error | null): Promise<void>;
  override destroy(callback: () => void): void;
  override destroy(error: Error | null, callback: () => void): void;
  override destroy(): Promise<void> {
    return Promise.resolve();
  }
}

class InMemoryExchange implements Dispatcher.DispatchController {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #end = new AbortController();
  readonly paused = false;
  reason: Error | null = null;

  constructor(handler: Dispatcher.DispatchHandler) {
    this.#handler = handler;
  }

  get aborted(): boolean {
    return this.#end.signal.aborted;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.reason = reason;
    this.#end.abort(reason);
    this.#handler.onResponseError?.(this, reason);
  }

  pause(): void {}

  resume(): void {}

  async carry(api: InMemoryApi, request: Omit<InMemoryRequest, 'signal'>): Promise<void> {
    this.#handler.onRequestStart?.(this, {});
    if (this.aborted) return;
    try {
      this.#answer(await api({ ...request, signal: this.#end.signal }));
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #answer({ status, headers = {}, body }: InMemoryAnswer): void {
    if (this.aborted) return;
    this.#handler.onResponseStart?.(this, status, headers);
    if (body !== undefined) this.#handler.onResponseData?.(this, Buffer.from(body));
    if (!this.aborted) this.#handler.onResponseEnd?.(this, {});
  }
}

/** What undici refuses to write (`core/request.js`): a path or a header that HTTP cannot carry. */
function unsendable({ path, headers }: Pick<InMemoryRequest, 'path' | 'headers'>): string | undefined {
  if (/[^\u0021-\u00ff]/.test(path)) return 'invalid request path';
  const wrong = Object.entries(headers).find(
    ([name, value]) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value),
  );
  return wrong && `invalid ${wrong[0]} header`;
}
