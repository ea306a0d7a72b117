import type { System } from '@millrace/launcher';
import { createStubApisClient } from '@millrace/testing/stub-apis';
import type { Benchmark } from './benchmark.ts';
import { apis, endToEndMs, untilHeard } from './support/deliveries.ts';
import { printConditions } from './support/print-conditions.ts';
import { printTable } from './support/print-table.ts';
import { quantile } from './support/quantile.ts';
import { type Registration, registerMany } from './support/register.ts';
import { withSystem } from './support/with-system.ts';

const load = { count: 200, atOnce: 4 };
const rounds = 3;

/** What an absent Kafka costs who registers. Rounds with and without take turns, so that both see the same machine. */
export const registrationWithoutKafka: Benchmark = {
  name: 'registration-without-kafka',
  what: 'POST /register with Kafka up and stopped; from the request to the last API call',
  run: () => withSystem(measure),
};

async function measure(system: System): Promise<void> {
  const up: Registration[] = [];
  const stopped: Registration[] = [];
  const heard = async () => untilAllHeard(system, load.count + up.length + stopped.length);
  // The first round warms everything up, and counts for nothing.
  await registerMany(system.url('gateway'), load);
  await heard();
  for (let round = 0; round < rounds; round += 1) {
    up.push(...(await registerMany(system.url('gateway'), load)));
    await heard();
    await system.broker.stop();
    stopped.push(...(await registerMany(system.url('gateway'), load)));
    await system.broker.start();
    await heard();
  }
  await print(system, up, stopped);
}

async function untilAllHeard(system: System, users: number): Promise<void> {
  const stubs = createStubApisClient(system.url('stub-apis'));
  await Promise.all(apis.map((api) => untilHeard(stubs, api, users)));
}

async function print(system: System, up: readonly Registration[], stopped: readonly Registration[]): Promise<void> {
  const endToEnd = await endToEndMs(createStubApisClient(system.url('stub-apis')), up);
  const took = (registrations: readonly Registration[]) => registrations.map(({ tookMs }) => tookMs);
  console.log(
    `\n${registrationWithoutKafka.name}: ${load.count} registrations, ${load.atOnce} at a time, ${rounds} rounds each way in turn`,
  );
  printConditions(system.broker);
  printTable([
    { label: 'POST /register, Kafka up', valuesMs: took(up) },
    { label: 'POST /register, Kafka stopped', valuesMs: took(stopped) },
    { label: 'request to last API call, Kafka up', valuesMs: endToEnd },
  ]);
  const difference = quantile(took(stopped), 0.99) - quantile(took(up), 0.99);
  console.log(
    `p99 stopped - p99 up: ${difference.toFixed(0)} ms (wanted: at most 200 ms); all deliveries happened, each once`,
  );
}
