import type { HttpServer } from '@millrace/http-server';
import type { FastifyReply } from 'fastify';
import { type Answer, noSuchUser } from './answer.ts';
import { changeEmail, find, register } from './operations.ts';
import type { Users } from './users.ts';

/** `POST /users`, `GET /users/:id`, `PATCH /users/:id`. */
export function registerUserRoutes(http: HttpServer, users: Users): void {
  http.post('/users', { schema: register }, async ({ headers, body }, reply) =>
    send(reply, await users.register(body, headers['idempotency-key'])),
  );
  http.patch('/users/:id', { schema: changeEmail }, async ({ headers, params: { id }, body: { email } }, reply) =>
    send(reply, await users.changeEmail(id, email, headers['idempotency-key'])),
  );
  http.get('/users/:id', { schema: find }, async ({ params: { id } }, reply) => {
    const user = await users.find(id);
    return user ?? send(reply, noSuchUser);
  });
}

function send(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return reply.code(status).headers(headers).type(type).send(body);
}
