import { errors } from 'undici';
import type { Connection, ConnectionUser, ExchangeRequest } from '../connection.ts';

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
export class InMemoryConnection implements Connection {
  readonly isMade = true;
  readonly isSpent = false;
  readonly #api: InMemoryApi;
  #end = new AbortController();

  constructor(api: InMemoryApi) {
    this.#api = api;
  }

  dispatch(request: ExchangeRequest, call: ConnectionUser): void {
    const { method, path, body } = request;
    const headers = named(request.headers);
    const wrong = unsendable({ path, headers });
    if (wrong) return call.onResponseError(null, new errors.InvalidArgumentError(wrong));
    const { signal } = (this.#end = new AbortController());
    const sent = { method, path, headers, body: body === null ? undefined : Buffer.from(body).toString(), signal };
    void this.#carry(sent, call);
  }

  close(): Promise<void> {
    this.#end.abort(new Error('given up'));
    return Promise.resolve();
  }

  async #carry(request: InMemoryRequest, call: ConnectionUser): Promise<void> {
    call.onRequestStart();
    try {
      const { status, headers = {}, body } = await this.#api(request);
      if (request.signal.aborted) return;
      call.onResponseStart(undefined, status, headers);
      if (body !== undefined) call.onResponseData(undefined, Buffer.from(body));
      call.onResponseEnd();
    } catch (error) {
      call.onResponseError(undefined, error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function named(flat: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < flat.length; index += 2) headers[flat[index] ?? ''] = flat[index + 1] ?? '';
  return headers;
}

/** What undici refuses to write (`core/request.js`): a path or a header that HTTP cannot carry. */
function unsendable({ path, headers }: Pick<InMemoryRequest, 'path' | 'headers'>): string | undefined {
  if (/[^\u0021-\u00ff]/.test(path)) return 'invalid request path';
  const wrong = Object.entries(headers).find(
    ([name, value]) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value),
  );
  return wrong && `invalid ${wrong[0]} header`;
}
