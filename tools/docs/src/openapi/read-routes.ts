import { createHttpServer, type HttpServer } from '@millrace/http-server';
import { registerHealthRoutes } from '@millrace/service';
import type { FastifySchema } from 'fastify';

/** One route as it was registered. */
export interface Route {
  readonly method: string;
  /** E.g. `/users/:id`. */
  readonly url: string;
  readonly schema: FastifySchema | undefined;
}

/** What an app exports as `api`. */
export interface Api {
  readonly title: string;
  readonly description: string;
  /** Registers the routes; what they need beside the server is asked for only when one is called. */
  readonly routes: (http: HttpServer, needed: never) => void;
}

const silent = { info: () => undefined, error: () => undefined };

/** The routes of an app and those that every service has, without starting any of them. HEAD goes with GET. */
export async function readRoutes({ routes: register }: Api): Promise<readonly Route[]> {
  const routes: Route[] = [];
  const http = createHttpServer({ log: silent });
  http.addHook('onRoute', ({ method, url, schema }) => {
    routes.push(...[method].flat().map((each) => ({ method: each, url, schema })));
  });
  register(http, {} as never);
  registerHealthRoutes(http, { components: [], stopping: () => false, telemetry: { serveMetrics: () => undefined } });
  await http.ready();
  return routes.filter(({ method }) => method !== 'HEAD');
}
