import type { ServerResponse } from 'node:http';
import type { HttpTarget } from '@millrace/http-client';
import type { HttpServer } from '@millrace/http-server';
import { askUserService } from './ask-user-service.ts';
import { changeEmail, register } from './operations.ts';

export interface RouteOptions {
  readonly userService: Pick<HttpTarget, 'send'>;
}

/** What clients can ask of the gateway. It checks every field, asks user-service once, and passes its answer on. */
export function registerRoutes(http: HttpServer, { userService }: RouteOptions): void {
  http.post('/register', { schema: register }, async ({ headers, body: json }, reply) => {
    const call = callOf(headers, reply.raw);
    const userId = await askUserService(userService, { ...call, method: 'POST', path: '/users', json });
    return reply.code(201).send({ userId, message: 'You are registered.' });
  });

  http.patch('/users/:id', { schema: changeEmail }, async ({ headers, params: { id }, body: json }, reply) => {
    const call = callOf(headers, reply.raw);
    const userId = await askUserService(userService, { ...call, method: 'PATCH', path: `/users/${id}`, json });
    return { userId, message: 'Your e-mail address is changed.' };
  });
}

/** What goes with a request to user-service: the client's idempotency key, and a signal for when the client hangs up. */
function callOf(headers: { readonly 'idempotency-key'?: string | undefined }, response: ServerResponse) {
  const hangUp = new AbortController();
  response.once('close', () => hangUp.abort());
  return { idempotencyKey: headers['idempotency-key'], signal: hangUp.signal };
}
