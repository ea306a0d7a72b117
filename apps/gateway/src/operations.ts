import { idempotencyKey, userFields } from '@millrace/contracts';
import { json, problems } from '@millrace/http-server';
import { z } from 'zod';

const headers = z.looseObject({ 'idempotency-key': idempotencyKey.optional() });
const userId = z
  .string()
  .regex(/^[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/, 'must be a user id')
  .toLowerCase();
const done = z.object({ userId: z.uuid(), message: z.string() }).meta({
  id: 'Done',
  examples: [{ userId: '0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11', message: 'You are registered.' }],
});

const refusals = {
  409: 'Another user has the username or e-mail address, or the first request with this Idempotency-Key is still in progress.',
  422: 'The Idempotency-Key was used for another request before.',
  502: 'user-service answered something that makes no sense.',
  503: 'user-service is not available. The same request with the same Idempotency-Key is carried out once.',
  504: 'user-service did not answer in time. The same request with the same Idempotency-Key is carried out once.',
};

/** `POST /register` */
export const register = {
  operationId: 'register',
  summary: 'Register a user',
  description: 'Answered as soon as the user is stored; the welcome e-mail follows by itself.',
  tags: ['users'],
  headers,
  body: z
    .strictObject(userFields)
    .meta({ examples: [{ username: 'ada', email: 'ada@example.org', password: 'correct horse' }] }),
  response: {
    201: json('The user exists.', done, { links: { changeEmail: { id: '$response.body#/userId' } } }),
    ...problems(refusals),
  },
};

/** `PATCH /users/:id` */
export const changeEmail = {
  operationId: 'changeEmail',
  summary: "Change a user's e-mail address",
  tags: ['users'],
  headers,
  params: z.object({ id: userId }),
  body: z.strictObject({ email: userFields.email }).meta({ examples: [{ email: 'ada.lovelace@example.org' }] }),
  response: {
    200: json('The address is changed.', done),
    ...problems({ ...refusals, 404: 'There is no user with this id.' }),
  },
};
