import { describe, expect, it } from 'vitest';
import { expectOneEffectEach } from './support/deliveries.ts';
import { register, Registrations } from './support/registrations.ts';
import { useSystem } from './support/use-system.ts';

describe('while Kafka is away', () => {
  const system = useSystem();
  const userIds: string[] = [];

  it('200 registrations are answered 201 at the first attempt, and reach both APIs once it is back', async () => {
    const { broker, gateway } = system();
    await broker.stop();
    const registrations = await new Registrations({ gateway, count: 200 }).all;
    expect(registrations.filter(({ attempts }) => attempts > 1)).toEqual([]);
    expect((await system().stubApis.stats())['notification']?.effects).toBe(0);

    await broker.start();
    userIds.push(...registrations.map(({ userId }) => userId));
    await expectOneEffectEach(system(), userIds);
  });

  it('user-service starts, registers, and has its events delivered later', async () => {
    const { broker, gateway } = system();
    const userService = system().service('user-service');
    await broker.stop();
    expect(await userService.stop()).toBe(0);
    await userService.start();
    const { userId, attempts } = await register(gateway);
    expect(attempts).toBe(1);

    await broker.start();
    await expectOneEffectEach(system(), [...userIds, userId]);
  });
});
