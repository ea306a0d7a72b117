import { onTestFinished, vi } from 'vitest';
import { createStubApis, type StubApisOptions } from './create-stub-apis.ts';
import { createStubApisClient, type StubApisClient } from './create-stub-apis-client.ts';

export interface TestStub extends StubApisClient {
  readonly controlUrl: string;
  url(api: string): string;
  stop(): Promise<void>;
  /** Sends an e-mail through the notification API, or whatever `call` says instead. */
  send(call?: TestCall): Promise<Response>;
}

export interface TestCall {
  /** @default that of the notification API */
  readonly url?: string;
  /** @default '/emails/send' */
  readonly path?: string;
  /** @default an e-mail */
  readonly body?: unknown;
  readonly key?: string;
  readonly order?: readonly [key: string, sequence: number | string];
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export const email = { to: 'ada@example.org', template: 'welcome' };

/** A stub with one API on a port of its own, `notification`; stopped when the test is over. */
export async function startStub(options: Partial<StubApisOptions> = {}): Promise<TestStub> {
  const stub = createStubApis({ controlPort: 0, apiPorts: { notification: 0 }, file: ':memory:', ...options });
  onTestFinished(() => stub.stop());
  await stub.start();
  const { controlUrl } = stub;
  return {
    ...createStubApisClient(controlUrl),
    controlUrl,
    url: (api) => stub.url(api),
    stop: () => stub.stop(),
    send: (call = {}) => send(stub.url('notification'), call),
  };
}

function send(notificationUrl: string, call: TestCall): Promise<Response> {
  const { url = notificationUrl, path = '/emails/send', body = email, key, order, headers, signal } = call;
  return fetch(url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(order && { 'order-key': order[0], 'order-sequence': String(order[1]) }),
      ...headers,
    },
    ...(signal && { signal }),
  });
}

/** Awaits a condition for as long as a test may take: how fast a busy machine is, is not the question. */
export const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 5 });
