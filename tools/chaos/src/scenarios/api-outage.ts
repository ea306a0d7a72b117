import type { FaultInput } from '@millrace/testing/stub-apis';
import type { Scenario } from '../scenario.ts';

const eachMs = 5_000;
const outages: Readonly<Record<string, FaultInput>> = {
  'refuses connections': { mode: 'refuse' },
  'does not answer': { mode: 'hang' },
  'answers 503': { status: 503 },
  'answers every third call with 500': { status: 500, failureRate: 0.33 },
  'is slow': { latencyMs: { medianMs: 1_000, sigma: 1 } },
};

export const apiOutage: Scenario = {
  name: 'api-outage',
  what: 'the API refuses, hangs, fails and is slow, in turn',
  broker: 'shared',
  extents: ['full'],
  run: async ({ perSecond, open, tell }) => {
    const world = await open({ partitions: 6, idempotencyKeys: 'honoured' });
    world.load({ perSecond, keys: 400 });
    await world.startAll(2);
    for (const [how, fault] of Object.entries(outages)) {
      tell(`the API ${how}`);
      await world.api.behave(fault);
      await world.pass(eachMs);
      await world.api.behave({ latencyMs: 10 });
      await world.pass(eachMs / 2);
    }
    return { world };
  },
};
