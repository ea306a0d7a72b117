import type { FaultInput } from '@millrace/testing/stub-apis';
import { describe, expect, it } from 'vitest';
import { type Api, expectOneEffectEach, readDelivered, untilDelivered } from './support/deliveries.ts';
import { readMetric } from './support/metrics.ts';
import { newEmail } from './support/new-user.ts';
import { readRecords } from './support/read-records.ts';
import { register, Registrations } from './support/registrations.ts';
import { requestJson } from './support/request.ts';
import { until } from './support/until.ts';
import { useSystem } from './support/use-system.ts';

const system = useSystem();

describe('while one API is away', () => {
  const count = 30;
  const answers503: FaultInput = { status: 503 };
  const userIds: string[] = [];
  const heard = async (api: Api) => (await readDelivered(system()))[api];
  const retries = (api: Api) => readMetric(system().url(`${api}-consumer`), 'millrace_consumer_retries_total');

  it.each([
    { away: 'notification', other: 'analytics', how: 'answers 503', fault: answers503 },
    { away: 'analytics', other: 'notification', how: 'answers 503', fault: answers503 },
    { away: 'notification', other: 'analytics', how: 'refuses connections', fault: { mode: 'refuse' } },
    { away: 'analytics', other: 'notification', how: 'takes calls and never answers', fault: { mode: 'hang' } },
  ] as const)('$away $how: $other hears everything meanwhile, and $away in the end', async ({ away, other, fault }) => {
    const { gateway, stubApis } = system();
    const before = { heard: await heard(away), retries: await retries(away) };
    await stubApis.setFault(away, fault);
    const registrations = await new Registrations({ gateway, count }).all;
    userIds.push(...registrations.map(({ userId }) => userId));

    await until(
      `${other} to hear everything`,
      () => heard(other),
      (now) => now >= userIds.length,
    );
    await until(
      `${away} to be tried again`,
      () => retries(away),
      (now) => now >= before.retries + count,
    );
    expect(await heard(away)).toBe(before.heard);

    await stubApis.clearFault(away);
    await expectOneEffectEach(system(), userIds);
  });
});

describe('an event that an API rejects', () => {
  const deadLetters = (api: Api) => readMetric(system().url(`${api}-consumer`), 'millrace_consumer_dead_letters_total');

  it('goes to the dead-letter topic as it was, with the reason, and the others go on', async () => {
    const { brokers, gateway, stubApis } = system();
    const before = await readDelivered(system());
    await stubApis.setFault('notification', { status: 422 });
    const rejected = await register(gateway);
    await until(
      'the dead letter',
      () => deadLetters('notification'),
      (count) => count === 1,
    );
    await stubApis.clearFault('notification');
    const others = await new Registrations({ gateway, count: 20 }).all;
    await untilDelivered(system(), {
      notification: before.notification + others.length,
      analytics: before.analytics + 1 + others.length,
    });

    const isOfRejected = ({ key }: { readonly key: string | undefined }) => key === rejected.userId;
    const [original] = (await readRecords(brokers, 'user-events', isOfRejected)).filter(isOfRejected);
    const [letter, ...more] = await readRecords(brokers, 'user-events.notification.dlq', isOfRejected);
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ value: original?.value, headers: original?.headers ?? {} });
    expect(letter?.headers).toMatchObject({ millrace_dlq_code: 'API_REJECTED', millrace_dlq_status: '422' });
    expect(original?.headers).toMatchObject({ ce_type: 'UserRegistered', ce_subject: rejected.userId });
    expect(original?.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);

    expect(await stubApis.effects('notification', rejected.userId)).toEqual([]);
    expect(await stubApis.effects('analytics', rejected.userId)).toHaveLength(1);
    expect([await deadLetters('notification'), await deadLetters('analytics')]).toEqual([1, 0]);
  });
});

describe('one user registered and changed 20 times', () => {
  const changes = 20;

  it('is heard of by analytics in order, while it answers every second call with 503', async () => {
    const { gateway, stubApis } = system();
    const before = await readDelivered(system());
    await stubApis.setFault('analytics', { status: 503, failureRate: 0.5 });
    const { userId } = await register(gateway);
    for (let change = 0; change < changes; change += 1) {
      const json = { email: newEmail() };
      const answer = await requestJson(gateway, { method: 'PATCH', path: `/users/${userId}`, json });
      expect(answer.status).toBe(200);
    }
    await untilDelivered(system(), {
      notification: before.notification + 1,
      analytics: before.analytics + 1 + changes,
    });

    const effects = await stubApis.effects('analytics', userId);
    const sequences = effects.map(({ orderSequence }) => orderSequence ?? Number.NaN);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((one, other) => one - other));
    expect(effects.map(({ body }) => (body as { eventType: string }).eventType)).toEqual([
      'UserRegistered',
      ...Array.from({ length: changes }, () => 'UserEmailChanged'),
    ]);
    const occurredAt = effects.map(({ body }) => (body as { occurredAt: string }).occurredAt);
    expect(occurredAt).toEqual(occurredAt.toSorted());
    expect((await stubApis.stats())['analytics']).toMatchObject({ orderViolations: 0, overlaps: 0 });
  });
});
