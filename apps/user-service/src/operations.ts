import { idempotencyKey, userFields } from '@millrace/contracts';
import { json, problems } from '@millrace/http-server';
import { z } from 'zod';

const headers = z.looseObject({ 'idempotency-key': idempotencyKey.optional() });

/** An id that is no UUID is one that no user has. UUIDs are equal in any case (RFC 9562, section 4); stored ones are in lower case. */
const params = z.object({ id: z.string().toLowerCase() });

const user = z
  .object({ userId: z.uuid(), username: z.string(), email: z.email(), registeredAt: z.iso.datetime() })
  .meta({
    id: 'User',
    examples: [
      {
        userId: '0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11',
        username: 'ada',
        email: 'ada@example.org',
        registeredAt: '2026-11-21T12:00:00.000Z',
      },
    ],
  });

const replayed = {
  'Idempotency-Replayed': z
    .enum(['true'])
    .describe('There where this is the answer to an earlier request with the same key.'),
};
const id = '$response.body#/userId';
const links = { find: { id }, changeEmail: { id } };
const noUser = { 404: 'There is no user with this id.' };
const away = {
  503: 'The database is not available. The same request with the same Idempotency-Key is carried out once.',
};
const refusals = {
  409: 'Another user has the username or e-mail address, or the first request with this Idempotency-Key is still in progress.',
  422: 'The Idempotency-Key was used for another request before.',
  ...away,
};

/** `POST /users` */
export const register = {
  operationId: 'register',
  summary: 'Store a user',
  description: 'Stores the user and, in the same transaction, the event `UserRegistered`.',
  tags: ['users'],
  headers,
  body: z
    .strictObject(userFields)
    .meta({ examples: [{ username: 'ada', email: 'ada@example.org', password: 'correct horse' }] }),
  response: { 201: json('The user is stored.', user, { headers: replayed, links }), ...problems(refusals) },
};

/** `PATCH /users/:id` */
export const changeEmail = {
  operationId: 'changeEmail',
  summary: "Change a user's e-mail address",
  description: 'Stores the address and, in the same transaction, the event `UserEmailChanged`.',
  tags: ['users'],
  headers,
  params,
  body: z.strictObject({ email: userFields.email }).meta({ examples: [{ email: 'ada.lovelace@example.org' }] }),
  response: {
    200: json('The address is stored.', user, { headers: replayed }),
    ...problems({ ...noUser, ...refusals }),
  },
};

/** `GET /users/:id` */
export const find = {
  operationId: 'find',
  summary: 'Find a user',
  tags: ['users'],
  params,
  response: { 200: json('The user.', user), ...problems({ ...noUser, ...away }) },
};
