import { type Components, operation } from './operation.ts';
import { type Api, readRoutes } from './read-routes.ts';

/** What a document says beside the routes. */
export interface OpenApiOptions {
  readonly project: { readonly version: string; readonly license: string };
  /** Where the service is on a developer's machine. */
  readonly url: string;
}

/** The OpenAPI document of one app, made of the schemas that its routes are registered with. */
export async function openapi(api: Api, { project: { version, license }, url }: OpenApiOptions): Promise<object> {
  const { title, description } = api;
  const components: Components = { schemas: {}, responses: {} };
  const paths: Record<string, Record<string, object>> = {};
  for (const route of await readRoutes(api)) {
    const path = (paths[pathOf(route.url)] ??= {});
    path[route.method.toLowerCase()] = operation(route, components);
  }
  return {
    openapi: '3.1.0',
    info: { title, version, description, license: { name: license, identifier: license } },
    servers: [{ url, description: 'On the machine one works on.' }],
    paths: sorted(paths),
    components: { schemas: sorted(components.schemas), responses: sorted(components.responses) },
  };
}

/** `/apis/:api/*` is `/apis/{api}/{path}`. */
const pathOf = (url: string) => url.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{path}');

const sorted = (record: Readonly<Record<string, object>>): object =>
  Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
