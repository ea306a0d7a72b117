import type { AddressInfo } from 'node:net';
import { createHttpServer } from '@millrace/http-server';
import { registerControlRoutes } from './control-routes.ts';
import { StubApiSet, type StubApiSetOptions } from './stub-api-set.ts';

export interface StubApisOptions extends StubApiSetOptions {
  /** Where the control routes listen; 0 takes any free port. */
  readonly controlPort: number;
}

/** Stub APIs with a control server of their own, for tests and benchmarks; the app registers its routes on its service. */
export interface StubApis {
  /** Resolves when everything listens; rejects if a port is taken; call `stop` then, too. */
  start(): Promise<void>;
  /** See {@link StubApiSet.stop}; not to be started again. */
  stop(): Promise<void>;
  /** E.g. `http://127.0.0.1:8090`; known after `start`. */
  readonly controlUrl: string;
  /** The base URL of an API: its own port where it has one, else behind the control port. */
  url(api: string): string;
}

const silent = { info: () => undefined, error: () => undefined };

/** Opens the file at once, so that two of them cannot share it. */
export function createStubApis({ controlPort, ...options }: StubApisOptions): StubApis {
  const { host = '127.0.0.1' } = options;
  const apis = new StubApiSet(options);
  const http = createHttpServer({ log: options.log ?? silent });
  registerControlRoutes(http, apis);
  const controlUrl = () => `http://${host}:${(http.server.address() as AddressInfo).port}`;
  return {
    start: async () => {
      await apis.start();
      await http.listen({ host, port: controlPort });
    },
    stop: () => http.close(),
    get controlUrl() {
      return controlUrl();
    },
    url: (api) => apis.ownUrl(api) ?? `${controlUrl()}/apis/${api}`,
  };
}
