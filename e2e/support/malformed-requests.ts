import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { newEmail, newUser } from './new-user.ts';
import type { RawRequest } from './request.ts';
import { secretMark } from './secret-mark.ts';

/** A request that the gateway refuses. */
export interface MalformedRequest {
  readonly what: string;
  readonly request: RawRequest;
  readonly status: number;
  /** The fields that the problem names, where it is about fields. */
  readonly fields?: readonly string[];
}

const json = { 'content-type': 'application/json' };
const everyField = ['email', 'password', 'username'];
const someId = randomUUID();

/** `POST /register` with this as the body, text and bytes as they stand, anything else as JSON. */
function register(body: unknown, headers: RawRequest['headers'] = json): RawRequest {
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return { method: 'POST', path: '/register', headers, body: bytes };
}

function patch(id: string, body: unknown = { email: newEmail() }, headers: RawRequest['headers'] = json): RawRequest {
  return { method: 'PATCH', path: `/users/${id}`, headers, body: JSON.stringify(body) };
}

/** A registration that is right but for some fields. */
function but(fields: Readonly<Record<string, unknown>>): object {
  return { ...newUser(), ...fields };
}

/** A registration as JSON text in which `"HERE"` stands for something that JSON.stringify would not write. */
function textBut(field: string, raw: string): string {
  return JSON.stringify(but({ [field]: 'HERE' })).replace('"HERE"', raw);
}

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
const withKey = (key: string | string[]) => register(newUser(), { ...json, 'idempotency-key': key });
const valid = () => JSON.stringify(newUser());
const bytesBut = (field: string, bytes: readonly number[]) => {
  const [before = '', after = ''] = JSON.stringify(but({ [field]: 'HERE' })).split('HERE');
  return Buffer.concat([Buffer.from(before), Buffer.from(`${secretMark} `), Buffer.from(bytes), Buffer.from(after)]);
};

const fields: readonly MalformedRequest[] = [
  { what: 'an empty object', request: register({}), status: 400, fields: everyField },
  { what: 'no username', request: register(but({ username: undefined })), status: 400, fields: ['username'] },
  { what: 'no e-mail address', request: register(but({ email: undefined })), status: 400, fields: ['email'] },
  { what: 'no password', request: register(but({ password: undefined })), status: 400, fields: ['password'] },
  {
    what: 'every field empty',
    request: register({ username: '', email: '', password: '' }),
    status: 400,
    fields: everyField,
  },
  {
    what: 'every field null',
    request: register({ username: null, email: null, password: null }),
    status: 400,
    fields: everyField,
  },
  {
    what: 'numbers for text',
    request: register({ username: 12_345_678, email: 1, password: 12_345_678 }),
    status: 400,
    fields: everyField,
  },
  {
    what: 'booleans for text',
    request: register({ username: true, email: false, password: true }),
    status: 400,
    fields: everyField,
  },
  {
    what: 'lists for text',
    request: register({ username: ['ada'], email: [newEmail()], password: [secretMark] }),
    status: 400,
    fields: everyField,
  },
  {
    what: 'objects for text',
    request: register({ username: { $ne: null }, email: {}, password: { length: 12 } }),
    status: 400,
    fields: everyField,
  },
  { what: 'a username of 2 characters', request: register(but({ username: 'ad' })), status: 400, fields: ['username'] },
  {
    what: 'a username of 33 characters',
    request: register(but({ username: secretMark.padEnd(33, 'a') })),
    status: 400,
    fields: ['username'],
  },
  {
    what: 'a username of 10,000 characters',
    request: register(but({ username: 'a'.repeat(10_000) })),
    status: 400,
    fields: ['username'],
  },
  { what: 'a username of spaces', request: register(but({ username: '     ' })), status: 400, fields: ['username'] },
  {
    what: 'a null byte in the username',
    request: register(but({ username: `${secretMark}\u0000` })),
    status: 400,
    fields: ['username'],
  },
  {
    what: 'a line break in the username',
    request: register(but({ username: `${secretMark}\nadmin` })),
    status: 400,
    fields: ['username'],
  },
  {
    what: 'an escape sequence in the username',
    request: register(but({ username: `${secretMark}\u001B[2J` })),
    status: 400,
    fields: ['username'],
  },
  {
    what: 'a direction override in the username',
    request: register(but({ username: `${secretMark}\u202E` })),
    status: 400,
    fields: ['username'],
  },
  {
    what: 'a zero-width space in the username',
    request: register(but({ username: `${secretMark}\u200B` })),
    status: 400,
    fields: ['username'],
  },
  {
    what: 'a lone surrogate in the username',
    request: register(textBut('username', `"${secretMark}\\ud800"`)),
    status: 400,
    fields: ['username'],
  },
  {
    what: 'an e-mail address without @',
    request: register(but({ email: secretMark })),
    status: 400,
    fields: ['email'],
  },
  {
    what: 'an e-mail address without a domain',
    request: register(but({ email: `${secretMark}@` })),
    status: 400,
    fields: ['email'],
  },
  {
    what: 'an e-mail address without a name',
    request: register(but({ email: '@example.test' })),
    status: 400,
    fields: ['email'],
  },
  {
    what: 'an e-mail address with a space',
    request: register(but({ email: `${secretMark} a@example.test` })),
    status: 400,
    fields: ['email'],
  },
  {
    what: 'an e-mail header injected into the address',
    request: register(but({ email: `${secretMark}@example.test\r\nBcc: all@example.test` })),
    status: 400,
    fields: ['email'],
  },
  {
    what: 'two e-mail addresses in one',
    request: register(but({ email: `${secretMark}@example.test,b@example.test` })),
    status: 400,
    fields: ['email'],
  },
  {
    what: 'an e-mail address of 255 characters',
    request: register(but({ email: `${secretMark}@${'a.'.repeat(120)}test`.padEnd(255, 't') })),
    status: 400,
    fields: ['email'],
  },
  {
    what: 'a lone surrogate in the e-mail address',
    request: register(textBut('email', `"${secretMark}\\udfff@example.test"`)),
    status: 400,
    fields: ['email'],
  },
  {
    what: 'a password of 7 characters',
    request: register(but({ password: '1234567' })),
    status: 400,
    fields: ['password'],
  },
  {
    what: 'a password of 129 characters',
    request: register(but({ password: secretMark.padEnd(129, 'a') })),
    status: 400,
    fields: ['password'],
  },
  {
    what: 'a null byte in the password',
    request: register(but({ password: `${secretMark}\u0000${secretMark}` })),
    status: 400,
    fields: ['password'],
  },
  {
    what: 'a lone surrogate in the password',
    request: register(textBut('password', `"${secretMark}\\ud83d"`)),
    status: 400,
    fields: ['password'],
  },
  { what: 'an unknown field', request: register(but({ role: 'admin' })), status: 400, fields: ['role'] },
  {
    what: "a user id of the client's choice",
    request: register(but({ userId: someId })),
    status: 400,
    fields: ['userId'],
  },
  {
    what: 'a field in the wrong case',
    request: register({ ...newUser(), Email: newEmail() }),
    status: 400,
    fields: ['Email'],
  },
  {
    what: 'a field given twice, the second time wrong',
    request: register(textBut('username', `"user-${someId.slice(0, 8)}","username":7`)),
    status: 400,
    fields: ['username'],
  },
  {
    what: 'every field wrong and one too many',
    request: register({ username: 'a', email: secretMark, password: 'short', extra: 1 }),
    status: 400,
    fields: [...everyField, 'extra'],
  },
];

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
export const malformedRequests: readonly MalformedRequest[] = [...fields, ...bodies, ...headers, ...changes, ...routes];
