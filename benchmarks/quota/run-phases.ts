import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createKafka, ensureTopics } from '@millrace/kafka';
import { nodeFlags } from '@millrace/launcher';
import { createLogger } from '@millrace/telemetry';
import { allCommitted } from '../backlog/group-position.ts';
import { defaultValueBytes } from '../backlog/sample-data.ts';
import { type PeerProcess, startPeer } from '../comparison/peer-process.ts';
import { machineMs } from '../support/machine-ms.ts';
import type { Bench } from '../support/measure-alone.ts';
import { sendSteadily } from '../support/send-steadily.ts';
import { processorTime, stolenPart } from '../support/stolen-time.ts';
import type { Arrival } from './arrival.ts';
import type { CountingApi } from './counting-api.ts';
import type { Phase } from './phase-figures.ts';
import { writeRecords } from './write-records.ts';

export const perSecond = 300;
export const cutPerSecond = 100;
export const partitions = 12;
export const tricklePerSecond = 30;
/** What the test on the virtual clock leaves out, too: until each has been granted its partitions, and has read the lags twice. */
export const settlingMs = 8_000;
const topic = 'quota';
const concurrency = 100;
/** Work for so long beside what a phase takes, so that everybody has some at its end. */
const spareSeconds = 12;
const drainLimitMs = 60_000;
/** The cut must be found in half of it. */
const leastCutMs = 20_000;

const instance = {
  command: process.execPath,
  args: [...nodeFlags, fileURLToPath(new URL('./instance-main.ts', import.meta.url))],
  env: { QUOTA_PER_SECOND: `${perSecond}` },
};

/** What was seen of a quota in one run. */
export interface Course {
  readonly phases: readonly Phase[];
  readonly cutMs: number;
  /** When the last call of the run was looked at. */
  readonly endMs: number;
  readonly arrivals: readonly Arrival[];
}

/** Instances come and go, all work comes to lie in one partition, and then the API takes less than it said. */
export async function runPhases({ brokers, tell }: Bench, api: CountingApi, phaseMs: number): Promise<Course> {
  const evenly = Array.from({ length: partitions }, (_, partition) => partition);
  const instances: PeerProcess[] = [];
  const phases: Phase[] = [];
  let written = 0;
  const write = async (ms: number, to: readonly number[]) => {
    const records = Math.round(perSecond * (ms / 1_000 + spareSeconds));
    await writeRecords(brokers, topic, { records, partitions: to });
    written += records;
  };
  const join = async (count: number) => {
    const task = { brokers, topic, group: topic, concurrency, valueBytes: defaultValueBytes, caFile: undefined };
    const joining = Array.from({ length: count }, () => startPeer(instance, { ...task, url: api.url }));
    instances.push(...(await Promise.all(joining)));
  };
  const phase = async (label: string, change: () => Promise<unknown>) => {
    const [fromMs, before] = [machineMs(), await processorTime()];
    tell(label);
    await change();
    await delay(settlingMs);
    const settledMs = machineMs();
    await delay(phaseMs);
    const stolen = stolenPart(before, await processorTime());
    phases.push({ label, fromMs, settledMs, toMs: machineMs(), stolen });
  };
  const log = createLogger({ service: 'benchmark', level: 'warn' });
  await ensureTopics(createKafka({ brokers, clientId: 'quota', log }), [{ name: topic, partitions, groups: [topic] }]);
  await api.take(perSecond);
  try {
    await write(3 * (settlingMs + phaseMs), evenly);
    await phase('1 instance', () => join(1));
    await phase('then 3', () => join(2));
    await phase('then 2', async () => instances.shift()?.stop());
    tell('until all is done');
    await allCommitted(brokers, { group: topic, topic, records: written }, drainLimitMs);
    await join(1);
    await write(settlingMs + phaseMs, [0]);
    const trickle = await sendSteadily({ brokers, topic, perSecond: tricklePerSecond, keys: 1_000_000 });
    await phase('3, all of it in one partition', () => Promise.resolve());
    await trickle.stop();
    await write(settlingMs + leastCutMs, evenly);
    tell('3, evenly again');
    await delay(settlingMs);
    const cutMs = machineMs();
    await api.take(cutPerSecond);
    tell(`the API takes ${cutPerSecond}`);
    await delay(Math.max(leastCutMs, phaseMs));
    return { phases, cutMs, endMs: machineMs(), arrivals: await api.arrivals() };
  } finally {
    await Promise.all(instances.map((each) => each.stop()));
  }
}
