import type { ServerResponse } from 'node:http';
import { idempotencyKey, userFields } from '@millrace/contracts';
import type { HttpTarget } from '@millrace/http-client';
import { type HttpServer, parseBody } from '@millrace/service';
import { z } from 'zod';
import { askUserService } from './ask-user-service.ts';

export interface RouteOptions {
  readonly userService: Pick<HttpTarget, 'send'>;
}

const registration = z.strictObject(userFields);
const emailChange = z.strictObject({ email: userFields.email });
const userPath = z.object({ id: z.uuid('must be a user id').toLowerCase() });
const callHeaders = z.object({ 'idempotency-key': idempotencyKey.optional() });

/** What clients can ask of the gateway. It checks every field, asks user-service once, and passes its answer on. */
export function registerRoutes(http: HttpServer, { userService }: RouteOptions): void {
  http.post('/register', async (request, reply) => {
    const call = readCall(request.headers, reply.raw);
    const json = parseBody(registration, request.body);
    const userId = await askUserService(userService, { ...call, method: 'POST', path: '/users', json });
    return reply.code(201).send({ userId, message: 'You are registered.' });
  });

  http.patch('/users/:id', async (request, reply) => {
    const call = readCall(request.headers, reply.raw);
    const { id } = parseBody(userPath, request.params);
    const json = parseBody(emailChange, request.body);
    const userId = await askUserService(userService, { ...call, method: 'PATCH', path: `/users/${id}`, json });
    return { userId, message: 'Your e-mail address is changed.' };
  });
}

/** What goes with a request to user-service: the client's idempotency key, and a signal for when the client hangs up. */
function readCall(headers: unknown, response: ServerResponse) {
  const { 'idempotency-key': key } = parseBody(callHeaders, headers);
  const hangUp = new AbortController();
  response.once('close', () => hangUp.abort());
  return { idempotencyKey: key, signal: hangUp.signal };
}
