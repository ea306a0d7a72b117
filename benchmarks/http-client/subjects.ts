import { createTarget } from '@millrace/http-client';
import { createLogger } from '@millrace/telemetry';
import { Agent, type Dispatcher, request } from 'undici';
import { sampleData } from '../backlog/sample-data.ts';

/** A way to make one call; resolves when its answer has been read. */
export type Subject = (id: string) => Promise<void>;

const data = sampleData({ key: 0, valueBytes: 180 });
const headersOf = (id: string) => ['content-type', 'application/json', 'idempotency-key', id];
const timeoutMs = 30_000;

/** What is compared, by the name that the table shows: given the URL and the number of connections, each makes calls. */
export const subjects: Readonly<Record<string, (url: URL, connections: number) => Subject>> = {
  'Agent, request()': (url, connections) => {
    const dispatcher = new Agent({ connections, pipelining: 1 });
    return async (id) => {
      const { body } = await request(url, {
        method: 'POST',
        dispatcher,
        headers: headersOf(id),
        body: JSON.stringify(data),
      });
      await body.json();
    };
  },
  'Agent, dispatch()': ({ origin, pathname: path }, connections) => {
    const agent = new Agent({ connections, pipelining: 1 });
    return (id) =>
      new Promise((resolve, reject) => {
        const sent = { origin, path, method: 'POST', headers: headersOf(id), body: JSON.stringify(data) } as const;
        agent.dispatch(sent, new Answer(resolve, reject));
      });
  },
  'our target, a signal for all': (url, connections) => {
    const { signal } = new AbortController();
    return target(url, connections, () => signal);
  },
  'our target, a signal for each call': (url, connections) =>
    target(url, connections, () => new AbortController().signal),
};

/** As the consumers have it, but for the spans and lines that nobody wants here. */
function target(url: URL, connections: number, signal: () => AbortSignal): Subject {
  const log = createLogger({ service: 'benchmark', level: 'warn' });
  const api = createTarget({ name: 'stub', baseUrl: url.origin, timeoutMs, connections, log });
  return async (idempotencyKey) => {
    await api.post(url.pathname as `/${string}`, data, { idempotencyKey, signal: signal() });
  };
}

/** Reads the answer as JSON. */
class Answer implements Dispatcher.DispatchHandler {
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];

  constructor(resolve: () => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(): void {}

  onResponseStart(): void {}

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    JSON.parse(Buffer.concat(this.#chunks).toString());
    this.#resolve();
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#reject(error);
  }
}
