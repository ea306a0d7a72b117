import { registerUserRoutes } from './register-user-routes.ts';

/** What docs/openapi/user-service.yaml describes. */
export const api = {
  title: 'user-service',
  description: 'Owns the users. What it stores it also tells, as events on Kafka; see docs/asyncapi.yaml.',
  routes: registerUserRoutes,
};
