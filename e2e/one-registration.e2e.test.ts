import { randomBytes, randomUUID } from 'node:crypto';
import { hearersOf } from '@millrace/launcher';
import { describe, expect, it } from 'vitest';
import { anyText } from './support/any-text.ts';
import { untilDelivered } from './support/deliveries.ts';
import { pathTo, readTrace } from './support/jaeger-trace.ts';
import { newEmail, newUser } from './support/new-user.ts';
import { requestJson } from './support/request.ts';
import { secretMark } from './support/secret-mark.ts';
import { until } from './support/until.ts';
import { useSystem } from './support/use-system.ts';

const { JAEGER_URL = '', JAEGER_OTLP_ENDPOINT, JAEGER_ABSENT = 'there is no JAEGER_URL' } = process.env;

const traceId = randomBytes(16).toString('hex');
const clientSpanId = randomBytes(8).toString('hex');

const upToPublish = [
  'gateway: POST /register (server)',
  'gateway: POST user-service (client)',
  'user-service: POST /users (server)',
  'user-service: append UserRegistered (internal)',
  'user-service: publish user-events (producer)',
];

const fromPublishOn = (api: string) => [
  `${api}-consumer: process user-events (consumer)`,
  `${api}-consumer: POST ${api} (client)`,
  `stub-apis: POST ${api} (server)`,
];

describe('one registration', () => {
  const otlpEndpoint = JAEGER_OTLP_ENDPOINT === undefined ? {} : { otlpEndpoint: JAEGER_OTLP_ENDPOINT };
  const system = useSystem({ env: { LOG_LEVEL: 'trace' }, ...otlpEndpoint });
  const ada = newUser();
  const idempotencyKey = randomUUID();
  const post = (json: unknown, headers: Readonly<Record<string, string>> = {}) =>
    requestJson(system().gateway, { method: 'POST', path: '/register', json, headers });
  const patch = (userId: string, json: unknown) =>
    requestJson(system().gateway, { method: 'PATCH', path: `/users/${userId}`, json });
  const effects = (api: string, userId: string) => system().stubApis.effects(api, userId);
  let userId = '';

  it('is answered 201 with a user id, a message and nothing of what was sent', async () => {
    const answer = await post(ada, {
      'idempotency-key': idempotencyKey,
      traceparent: `00-${traceId}-${clientSpanId}-01`,
    });
    expect(answer).toMatchObject({ status: 201, json: { userId: anyText, message: anyText } });
    expect(Object.keys(answer.json as object).toSorted()).toEqual(['message', 'userId']);
    ({ userId } = answer.json as { userId: string });
  });

  it('sends one welcome e-mail and tracks one event, with no more than each needs', async () => {
    await untilDelivered(system(), { notification: 1, analytics: 1 });
    const [email, ...otherEmails] = await effects('notification', userId);
    expect(email).toMatchObject({ path: '/emails/send', body: { to: ada.email, template: anyText } });
    expect(otherEmails).toEqual([]);
    const [event, ...otherEvents] = await effects('analytics', userId);
    expect(event).toMatchObject({ path: '/events/track', body: { eventType: 'UserRegistered', userId } });
    expect(otherEvents).toEqual([]);
    expect(JSON.stringify(event)).not.toContain(ada.email);
    expect(JSON.stringify([email, event])).not.toContain(ada.password);
  });

  it("is one trace in Jaeger, the client's own, from the gateway to what the APIs did", async ({ skip }) => {
    skip(JAEGER_URL === '', JAEGER_ABSENT);
    const apis = await hearersOf('UserRegistered', system().apis);
    // Each service sends its spans when it likes, children before parents, too.
    const spans = await until(
      'every span of the trace',
      () => readTrace(JAEGER_URL, traceId),
      ({ length }) => length >= upToPublish.length + apis.length * fromPublishOn('any').length,
    );
    const leaves = spans.filter(({ spanId }) => !spans.some(({ parentId }) => parentId === spanId));
    expect(leaves.map((leaf) => pathTo(leaf, spans)).toSorted(byLastSpan)).toEqual(
      apis.map((api) => [...upToPublish, ...fromPublishOn(api)]).toSorted(byLastSpan),
    );
    const [first] = spans.filter(({ service, kind }) => service === 'gateway' && kind === 'server');
    expect(first?.parentId).toBe(clientSpanId);
    expect(JSON.stringify(spans)).not.toContain(secretMark);
  });

  it('is answered the same again for the same idempotency key, and has no second effect', async () => {
    const first = await post(ada, { 'idempotency-key': idempotencyKey });
    expect(first).toMatchObject({ status: 201, json: { userId } });
    expect((await post({ ...ada, password: newUser().password }, { 'idempotency-key': idempotencyKey })).status).toBe(
      422,
    );
    // A later registration that has gone all the way shows that nothing of the repeat is still on its way.
    expect((await post(newUser())).status).toBe(201);
    await untilDelivered(system(), { notification: 2, analytics: 2 });
    expect(await effects('notification', userId)).toHaveLength(1);
    expect(await effects('analytics', userId)).toHaveLength(1);
  });

  it('is refused with 409 where the e-mail address or the username is taken', async () => {
    for (const taken of [{ email: ada.email.toUpperCase() }, { username: ada.username.toUpperCase() }]) {
      const answer = await post({ ...newUser(), ...taken });
      expect(answer).toMatchObject({ status: 409, json: { status: 409, detail: anyText } });
      expect(answer.contentType).toContain('application/problem+json');
      expect(answer.text.toLowerCase()).not.toContain(secretMark);
    }
  });

  it('is followed by a change of the e-mail address, which analytics hears of after the registration', async () => {
    const email = newEmail();
    expect(await patch(userId, { email })).toMatchObject({
      status: 200,
      json: { userId, message: anyText },
    });
    await until(
      'the second event',
      () => effects('analytics', userId),
      ({ length }) => length >= 2,
    );
    const events = await effects('analytics', userId);
    expect(events.map(({ body }) => body)).toMatchObject([
      { eventType: 'UserRegistered', userId },
      { eventType: 'UserEmailChanged', userId },
    ]);
    expect(events[1]?.orderSequence).toBeGreaterThan(events[0]?.orderSequence ?? Infinity);
    expect(JSON.stringify(events)).not.toContain(email);
    expect(await effects('notification', userId)).toHaveLength(1);
  });

  it('shows the user without the password', async () => {
    const response = await fetch(`${system().url('user-service')}/users/${userId}`);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ userId, username: ada.username });
    expect(text).not.toMatch(/password|hash|scrypt|argon/i);
  });

  it('leaves the APIs without one call too many', async () => {
    const stats = await system().stubApis.stats();
    expect(stats).toMatchObject({
      notification: { calls: 2, effects: 2, rejections: 0, overlaps: 0, orderViolations: 0 },
      analytics: { calls: 3, effects: 3, rejections: 0, overlaps: 0, orderViolations: 0 },
    });
  });
});

function byLastSpan(one: readonly string[], other: readonly string[]): number {
  return (one.at(-1) ?? '').localeCompare(other.at(-1) ?? '');
}
