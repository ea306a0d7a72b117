import { describe, expect, it } from 'vitest';
import { expectOneEffectEach } from './support/deliveries.ts';
import { Registrations } from './support/registrations.ts';
import { until } from './support/until.ts';
import { useSystem } from './support/use-system.ts';

/** The consumers come first: a killed one can join its group again when its session is over, during the turns of the others. */
const services = ['notification-consumer', 'analytics-consumer', 'stub-apis', 'user-service', 'gateway'];

describe('a service that ends during registrations and is started again', () => {
  const system = useSystem();
  const userIds: string[] = [];
  const starts: Promise<void>[] = [];

  /** Registers `count` users, has the service ended when a quarter is answered, and started again; waits for the answers alone. */
  async function during(count: number, name: string, end: () => Promise<void>): Promise<void> {
    const { gateway, stubApis } = system();
    // Calls that take a while are under way when the end comes.
    await Promise.all(['notification', 'analytics'].map((api) => stubApis.setFault(api, { latencyMs: 100 })));
    const registrations = new Registrations({ gateway, count });
    await until(
      'a quarter of the answers',
      () => registrations.answered,
      (answered) => answered >= count / 4,
    );
    await end();
    expect(registrations.answered, 'answered before the end').toBeLessThan(count);
    starts.push(system().service(name).start());
    userIds.push(...(await registrations.all).map(({ userId }) => userId));
  }

  it.each(services)('%s, killed with -9 during 200: every one is answered 201 in the end', async (name) => {
    await during(200, name, () => system().service(name).kill('SIGKILL'));
  });

  it.each(services)('%s, stopped by SIGTERM: it finishes what it has and exits with 0', async (name) => {
    await Promise.all(starts);
    await during(60, name, async () => {
      const startedAt = performance.now();
      const exitCode = await system().service(name).stop();
      console.log(`${name} stopped in ${Math.round(performance.now() - startedAt)} ms`);
      expect(exitCode).toBe(0);
    });
  });

  it('every registration that was answered 201 has exactly one effect at each API, and no other has any', async () => {
    await Promise.all(starts);
    expect(userIds).toHaveLength(services.length * (200 + 60));
    await expectOneEffectEach(system(), userIds);
  });
});
