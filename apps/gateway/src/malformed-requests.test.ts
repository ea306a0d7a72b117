import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answering, type FakeUserService, startFakeUserService } from './testing/fake-user-service.ts';
import { type RunningGateway, startGateway } from './testing/start-gateway.ts';

const userId = '0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11';
const ada = { username: 'Ada', email: 'ada@example.org', password: 'correct horse' };
const { username: _username, ...nameless } = ada;

const nested = (depth: number, inner = '') => '{"a":'.repeat(depth) + (inner || '1') + '}'.repeat(depth);
const latin1 = (text: string) => Buffer.from(text, 'latin1');

interface Malformed {
  readonly method?: string;
  readonly path?: string;
  /** Sent as it is where it is text or bytes, else as JSON. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** @default 400 */
  readonly status?: number;
  /** What the answer must name, in any order. */
  readonly fields?: readonly string[];
}

const wrongFields: Record<string, Malformed> = {
  'no field at all': { body: {}, fields: ['username', 'email', 'password'] },
  'no username': { body: nameless, fields: ['username'] },
  'no e-mail address': { body: { ...ada, email: undefined }, fields: ['email'] },
  'no password': { body: { ...ada, password: undefined }, fields: ['password'] },
  'empty fields': { body: { username: '', email: '', password: '' }, fields: ['username', 'email', 'password'] },
  'a username of 2 characters': { body: { ...ada, username: 'ad' }, fields: ['username'] },
  'a username of 33 characters': { body: { ...ada, username: 'x'.repeat(33) }, fields: ['username'] },
  'a username of 2 emoji': { body: { ...ada, username: '😀😀' }, fields: ['username'] },
  'a username of spaces': { body: { ...ada, username: '    ' }, fields: ['username'] },
  'a username with NUL': { body: { ...ada, username: 'ada\u0000' }, fields: ['username'] },
  'a username with a line break': { body: { ...ada, username: 'a\r\nda' }, fields: ['username'] },
  'a username with an escape sequence': { body: { ...ada, username: '\u001b[31mada' }, fields: ['username'] },
  'a username written right to left': { body: { ...ada, username: '\u202eada' }, fields: ['username'] },
  'a username with half an emoji': { body: { ...ada, username: 'ada\ud83d' }, fields: ['username'] },
  'a username that is a number': { body: { ...ada, username: 12345 }, fields: ['username'] },
  'a username that is null': { body: { ...ada, username: null }, fields: ['username'] },
  'a username that is a list': { body: { ...ada, username: ['Ada'] }, fields: ['username'] },
  'an e-mail address without @': { body: { ...ada, email: 'ada' }, fields: ['email'] },
  'an e-mail address without domain': { body: { ...ada, email: 'ada@' }, fields: ['email'] },
  'two e-mail addresses': { body: { ...ada, email: 'a@example.org,b@example.org' }, fields: ['email'] },
  'an e-mail address with a header in it': { body: { ...ada, email: 'a@example.org\r\nbcc: b' }, fields: ['email'] },
  'an e-mail address of 255 characters': { body: { ...ada, email: `a@${'b'.repeat(249)}.org` }, fields: ['email'] },
  'an e-mail address that is an object': { body: { ...ada, email: { $gt: '' } }, fields: ['email'] },
  'a password of 7 characters': { body: { ...ada, password: '1234567' }, fields: ['password'] },
  'a password of 129 characters': { body: { ...ada, password: 'x'.repeat(129) }, fields: ['password'] },
  'a password with control characters': { body: { ...ada, password: '1234\u00075678' }, fields: ['password'] },
  'a password that is true': { body: { ...ada, password: true }, fields: ['password'] },
  'an unknown field': { body: { ...ada, role: 'admin' }, fields: ['role'] },
  'unknown fields and wrong ones': {
    body: { ...ada, username: 'a', isAdmin: true, x: 1 },
    fields: ['username', 'isAdmin', 'x'],
  },
  'a body that is a list': { body: [ada], fields: ['body'] },
  'a body that is text': { body: '"register"', fields: ['body'] },
  'a body that is null': { body: 'null', fields: ['body'] },
  'a deeply nested body': { body: nested(1_500), fields: ['username', 'email', 'password', 'a'] },
  'a deeply nested field': { body: `{"username":${nested(1_500)}}`, fields: ['username', 'email', 'password'] },
  'an empty idempotency key': { body: ada, headers: { 'idempotency-key': '' }, fields: ['idempotency-key'] },
  'a long idempotency key': { body: ada, headers: { 'idempotency-key': 'k'.repeat(256) }, fields: ['idempotency-key'] },
  'a spaced idempotency key': { body: ada, headers: { 'idempotency-key': 'a b' }, fields: ['idempotency-key'] },
  'a foreign idempotency key': { body: ada, headers: { 'idempotency-key': 'clé' }, fields: ['idempotency-key'] },
  'a user id that is none': { method: 'PATCH', path: '/users/7', body: { email: 'a@example.org' }, fields: ['id'] },
  'a user id that is a path': {
    method: 'PATCH',
    path: '/users/..%2fadmin',
    body: { email: 'a@example.org' },
    fields: ['id'],
  },
  'a change without e-mail address': { method: 'PATCH', path: `/users/${userId}`, body: {}, fields: ['email'] },
  'a change to a wrong e-mail address': {
    method: 'PATCH',
    path: `/users/${userId}`,
    body: { email: 'ada' },
    fields: ['email'],
  },
  'a change of the password': {
    method: 'PATCH',
    path: `/users/${userId}`,
    body: { email: 'a@example.org', password: 'x' },
    fields: ['password'],
  },
};

const wrongBodies: Record<string, Malformed> = {
  'an empty body': { body: '' },
  'broken JSON': { body: '{"username":"Ada"' },
  'JSON with a trailing comma': { body: '{"username":"Ada",}' },
  'two JSON bodies': { body: '{}{}' },
  'a form sent as JSON': { body: 'username=Ada&password=12345678' },
  'bad UTF-8': { body: latin1('{"username":"Zo\xeb"}') },
  'UTF-16': { body: Buffer.from(JSON.stringify(ada), 'utf16le') },
  'compressed bytes': { body: Buffer.from([0x1f, 0x8b, 0x08, 0x00]) },
  'a control character that is not escaped': { body: '{"username":"A\nda"}' },
  'a poisoned prototype': { body: '{"__proto__":{"username":"Ada"}}' },
  'a poisoned constructor': { body: '{"constructor":{"prototype":{"a":1}}}' },
  'a huge body': { body: { ...ada, username: 'x'.repeat(20_000) }, status: 413 },
  'a huge nested body': { body: '['.repeat(50_000), status: 413 },
  'nothing but brackets': { body: '['.repeat(10_000) },
  'a form': { body: 'username=Ada', headers: { 'content-type': 'application/x-www-form-urlencoded' }, status: 415 },
  'plain text': { body: JSON.stringify(ada), headers: { 'content-type': 'text/plain' }, status: 415 },
  XML: { body: '<user/>', headers: { 'content-type': 'application/xml' }, status: 415 },
  'a content type that is none': { body: JSON.stringify(ada), headers: { 'content-type': 'json' }, status: 415 },
  'an escape in the path that is none': { method: 'PATCH', path: '/users/%zz', body: {} },
  'a path that is not there': { path: '/login', body: ada, status: 404 },
  'another method': { method: 'PUT', body: ada, status: 405 },
};

let userService: FakeUserService;
let gateway: RunningGateway;

beforeAll(async () => {
  userService = await startFakeUserService();
  userService.answer = answering(201, { userId });
  gateway = await startGateway(userService.url);
});

afterAll(async () => {
  await gateway.stop();
  await userService.stop();
});

function send({ method = 'POST', path = '/register', body, headers }: Malformed): Promise<Response> {
  const raw = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const withType = { 'content-type': 'application/json', ...headers };
  return fetch(`${gateway.url}${path}`, { method, headers: withType, body: raw });
}

describe.each(Object.entries({ ...wrongFields, ...wrongBodies }))('%s', (_name, malformed) => {
  const { status = 400, fields = [] } = malformed;

  it('is answered with a problem that names what is wrong, and goes no further', async () => {
    const response = await send(malformed);
    const problem = (await response.json()) as { readonly errors?: readonly { readonly field: string }[] };
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(problem).toMatchObject({ type: 'about:blank', status });
    expect(response.status).toBe(status);
    expect(new Set(problem.errors?.map(({ field }) => field))).toEqual(new Set(fields));
    expect(userService.calls).toEqual([]);
  });
});

it('is never repeated in the log', async () => {
  await send({ body: { ...ada, password: 'hunter2', email: 'grace@example.org' } });
  await send({ body: '{"password":"hunter2"' });
  expect(gateway.lines.length).toBeGreaterThan(0);
  expect(gateway.lines.join('')).not.toMatch(/hunter2|example\.org/);
});
