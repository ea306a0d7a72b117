import type { FastifyInstance } from 'fastify';

/** Watches the routes that are registered from now on; the function says which methods a URL's path takes, in the order of the alphabet. */
export function watchMethods(http: Pick<FastifyInstance, 'addHook'>): (url: string) => readonly string[] {
  const routes: { readonly pattern: URLPattern; readonly methods: readonly string[] }[] = [];
  http.addHook('onRoute', ({ url: pathname, method }) => {
    routes.push({ pattern: new URLPattern({ pathname }), methods: [method].flat() });
  });
  return (url) => {
    const [pathname = '/'] = url.split('?', 1);
    const methods = routes.filter(({ pattern }) => pattern.test({ pathname })).flatMap((route) => route.methods);
    return [...new Set(methods)].toSorted();
  };
}
