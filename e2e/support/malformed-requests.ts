import { gzipSync } from 'node:zlib';
import { randomUUID } from 'node:crypto';
import {
  but,
  bytesBut,
  nested,
  patch,
  register,
  someId,
  textBut,
  valid,
  withKey,
  json,
  type MalformedRequest,
} from './malformed-request.ts';
import { malformedFields } from './malformed-fields.ts';
import { newEmail, newUser } from './new-user.ts';
import { secretMark } from './secret-mark.ts';

const bodies: readonly MalformedRequest[] = [
  { what: 'no body', request: { method: 'POST', path: '/register' }, status: 400, fields: ['body'] },
  { what: 'an empty body that claims to be JSON', request: register(''), status: 400 },
  { what: 'spaces for a body', request: register('   '), status: 400 },
  { what: 'null for a body', request: register('null'), status: 400, fields: ['body'] },
  { what: 'a list for a body', request: register([newUser()]), status: 400, fields: ['body'] },
  { what: 'text for a body', request: register(JSON.stringify(secretMark)), status: 400, fields: ['body'] },
  { what: 'a number for a body', request: register('1e400'), status: 400, fields: ['body'] },
  { what: 'JSON that breaks off', request: register(valid().slice(0, -10)), status: 400 },
  { what: 'JSON with something behind it', request: register(`${valid()}}`), status: 400 },
  { what: 'JSON in single quotes', request: register(valid().replaceAll('"', "'")), status: 400 },
  { what: 'JSON with a comment', request: register(`/* ${secretMark} */ ${valid()}`), status: 400 },
  {
    what: 'JSON with a bare control character',
    request: register(textBut('username', `"${secretMark}\u0001"`)),
    status: 400,
  },
  {
    what: 'JSON that would poison a prototype',
    request: register(textBut('username', `"ada","__proto__":{"isAdmin":true}`)),
    status: 400,
  },
  {
    what: 'JSON that would poison a constructor',
    request: register(textBut('username', `"ada","constructor":{"prototype":{"isAdmin":true}}`)),
    status: 400,
  },
  { what: 'lists nested 5,000 deep', request: register(nested(5_000, '[', ']')), status: 400, fields: ['body'] },
  {
    what: 'objects nested 2,000 deep in a field',
    request: register(textBut('username', `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`)),
    status: 400,
    fields: ['username'],
  },
  { what: 'invalid UTF-8 in the username', request: register(bytesBut('username', [0xc3, 0x28])), status: 400 },
  { what: 'an overlong UTF-8 sequence', request: register(bytesBut('username', [0xc0, 0xaf])), status: 400 },
  { what: 'UTF-16', request: register(Buffer.from(valid(), 'utf16le')), status: 400 },
  {
    what: 'a gzipped body',
    request: register(gzipSync(valid()), { ...json, 'content-encoding': 'gzip' }),
    status: 400,
  },
  { what: 'a body of 20 kB', request: register(but({ password: 'a'.repeat(20_000) })), status: 413 },
  { what: 'a body of 5 MB', request: register(but({ password: 'a'.repeat(5_000_000) })), status: 413 },
  {
    what: 'a body of 5 MB in chunks',
    request: register(but({ password: 'a'.repeat(5_000_000) }), { ...json, 'transfer-encoding': 'chunked' }),
    status: 413,
  },
];

const headers: readonly MalformedRequest[] = [
  { what: 'no content type', request: register(valid(), {}), status: 415 },
  {
    what: 'a form',
    request: register(`username=ada&password=${secretMark}`, { 'content-type': 'application/x-www-form-urlencoded' }),
    status: 415,
  },
  { what: 'plain text', request: register(valid(), { 'content-type': 'text/plain' }), status: 415 },
  {
    what: 'XML',
    request: register(`<password>${secretMark}</password>`, { 'content-type': 'application/xml' }),
    status: 415,
  },
  {
    what: 'a multipart form',
    request: register('--x--', { 'content-type': 'multipart/form-data; boundary=x' }),
    status: 415,
  },
  { what: 'a content type that is none', request: register(valid(), { 'content-type': 'json' }), status: 415 },
  { what: 'an empty idempotency key', request: withKey(''), status: 400, fields: ['idempotency-key'] },
  {
    what: 'an idempotency key of 256 characters',
    request: withKey('a'.repeat(256)),
    status: 400,
    fields: ['idempotency-key'],
  },
  {
    what: 'an idempotency key with a space',
    request: withKey(`${secretMark} ${secretMark}`),
    status: 400,
    fields: ['idempotency-key'],
  },
  {
    what: 'an idempotency key that is not ASCII',
    request: withKey('cl\u00E9'),
    status: 400,
    fields: ['idempotency-key'],
  },
  {
    what: 'two idempotency keys',
    request: withKey([randomUUID(), randomUUID()]),
    status: 400,
    fields: ['idempotency-key'],
  },
  { what: 'headers of 40 kB', request: register(valid(), { ...json, 'x-filler': 'a'.repeat(40_000) }), status: 431 },
];

const changes: readonly MalformedRequest[] = [
  { what: 'a change for an id that is no UUID', request: patch(`1;${secretMark}`), status: 400, fields: ['id'] },
  { what: 'a change for an id that climbs up', request: patch('..%2f..%2fmetrics'), status: 400, fields: ['id'] },
  { what: 'a change for an id that is no UTF-8', request: patch('%ff%fe'), status: 400 },
  { what: 'a change for an id of 2,000 characters', request: patch('a'.repeat(2_000)), status: 414 },
  { what: 'a change for a user who is not there', request: patch(someId), status: 404 },
  { what: 'a change to nothing', request: patch(someId, {}), status: 400, fields: ['email'] },
  {
    what: 'a change to what is no e-mail address',
    request: patch(someId, { email: secretMark }),
    status: 400,
    fields: ['email'],
  },
  {
    what: 'a change of the password',
    request: patch(someId, { email: newEmail(), password: secretMark }),
    status: 400,
    fields: ['password'],
  },
  { what: 'a change that is no JSON', request: patch(someId, {}, { 'content-type': 'text/plain' }), status: 415 },
];

const routes: readonly MalformedRequest[] = [
  { what: 'GET /register', request: { method: 'GET', path: '/register' }, status: 405 },
  { what: 'DELETE /register', request: { method: 'DELETE', path: '/register' }, status: 405 },
  { what: 'PUT of a user', request: { ...patch(someId), method: 'PUT' }, status: 405 },
  { what: "POST to user-service's own route", request: { ...register(newUser()), path: '/users' }, status: 404 },
  { what: 'a path that is not there', request: { ...register(newUser()), path: `/${secretMark}` }, status: 404 },
];

/** More than the usual forty, in the order in which they are sent. */
export const malformedRequests: readonly MalformedRequest[] = [
  ...malformedFields,
  ...bodies,
  ...headers,
  ...changes,
  ...routes,
];
