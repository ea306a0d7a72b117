import { registerRoutes } from './routes.ts';

/** What docs/openapi/gateway.yaml describes. */
export const api = {
  title: 'gateway',
  description: 'The edge: takes the requests of clients, checks every field, and has user-service carry them out.',
  routes: registerRoutes,
};
