import { setTimeout as delay } from 'node:timers/promises';
import type { System } from '@millrace/launcher';
import { createStubApisClient, type StubApisClient } from '@millrace/testing/stub-apis';
import type { Benchmark } from './benchmark.ts';
import { type Api, apis, delaysMs, effectTimes, untilHeard } from './support/deliveries.ts';
import { printConditions } from './support/print-conditions.ts';
import { printTable, type Row } from './support/print-table.ts';
import { type Registration, register } from './support/register.ts';
import { withSystem } from './support/with-system.ts';

const awayMs = 20_000;
const intervalMs = 100;
const count = awayMs / intervalMs;

/** Whether an API that answers 503 for 20 s delays the other one: the same load without and with the fault, one run after the other. */
export const apiAway: Benchmark = {
  name: 'api-away',
  what: "each API answering 503 for 20 s: the other one's delays, beside the same load without a fault",
  run: () => withSystem(measure),
};

/** Who is away in each run. The first run warms up, the second is what the others are compared with. */
const runs: readonly (Api | undefined)[] = [undefined, undefined, ...apis];

async function measure(system: System): Promise<void> {
  const rows: Row[] = [];
  let users = 0;
  for (const [index, away] of runs.entries()) {
    users += count;
    const measured = await measureRun(system, away, users);
    if (index > 0) rows.push(...measured);
  }
  console.log(
    `\n${apiAway.name}: ${count} registrations, one each ${intervalMs} ms, while one API answers 503 for ${awayMs / 1000} s`,
  );
  printConditions(system.broker);
  printTable(rows);
  console.log('from the request to the effect at the API; every delivery happened, each once');
}

/** @param users who will have registered at the end of this run */
async function measureRun(system: System, away: Api | undefined, users: number): Promise<readonly Row[]> {
  const stubs = createStubApisClient(system.url('stub-apis'));
  const registrations = await registerWhile(system, stubs, away);
  await Promise.all(apis.map((api) => untilHeard(stubs, api, users)));
  const label = away === undefined ? 'no fault' : `${away} away`;
  return Promise.all(
    apis.map(async (api) => ({
      label: `${label}: ${api}`,
      valuesMs: delaysMs(registrations, await effectTimes(stubs, api)),
    })),
  );
}

/** Registers a user each 100 ms, however long the answers take, with an API away from the first to after the last. */
async function registerWhile(
  system: System,
  stubs: StubApisClient,
  away: Api | undefined,
): Promise<readonly Registration[]> {
  if (away) await stubs.setFault(away, { status: 503 });
  const under: Promise<Registration>[] = [];
  for (const startedAt = performance.now(); under.length < count;) {
    under.push(register(system.url('gateway')));
    await delay(startedAt + under.length * intervalMs - performance.now());
  }
  if (away) await stubs.clearFault(away);
  return Promise.all(under);
}
