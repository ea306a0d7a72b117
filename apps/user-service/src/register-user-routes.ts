import { idempotencyKey, userFields } from '@millrace/contracts';
import { type HttpServer, parseBody, Problem } from '@millrace/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Answer, noSuchUser } from './answer.ts';
import type { Users } from './users.ts';

const registration = z.strictObject(userFields);
const emailChange = z.strictObject({ email: userFields.email });

interface UserPath {
  Params: { id: string };
}

/** `POST /users`, `GET /users/:id`, `PATCH /users/:id`. An id that is no UUID is one that no user has. */
export function registerUserRoutes(http: HttpServer, users: Users): void {
  http.post('/users', async (request, reply) =>
    send(reply, await users.register(parseBody(registration, request.body), keyOf(request))),
  );
  http.patch<UserPath>('/users/:id', async (request, reply) => {
    const { email } = parseBody(emailChange, request.body);
    return send(reply, await users.changeEmail(idOf(request), email, keyOf(request)));
  });
  http.get<UserPath>('/users/:id', async (request, reply) => {
    const user = await users.find(idOf(request));
    return user ?? send(reply, noSuchUser);
  });
}

/** UUIDs are equal in any case (RFC 9562, section 4); stored ones are in lower case. */
const idOf = ({ params }: FastifyRequest<UserPath>) => params.id.toLowerCase();

function keyOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  const parsed = idempotencyKey.safeParse(key);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ message }) => ({ field: 'Idempotency-Key', message }));
  throw new Problem({ status: 400, detail: 'The Idempotency-Key header is wrong.', errors });
}

function send(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return reply.code(status).headers(headers).type(type).send(body);
}
