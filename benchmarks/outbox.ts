import { parseArgs } from 'node:util';
import { createKafka, ensureTopics, type KafkaConnection, openTopicReader } from '@millrace/kafka';
import { LaunchError, startPostgres, temporaryDatabase } from '@millrace/launcher';
import type { KafkaRecord } from '@millrace/messaging';
import { openPostgres } from '@millrace/postgres';
import { createLogger } from '@millrace/telemetry';
import { type Appended, judgeOutbox, type Load, type Registered } from '@millrace/testing/registrations';
import type { Benchmark } from './benchmark.ts';
import { loadReplicas } from './outbox/load-replicas.ts';
import { Replicas, type ReplicasOptions } from './outbox/replicas.ts';
import { machine } from './support/machine.ts';
import { printColumns } from './support/print-columns.ts';
import { quantile } from './support/quantile.ts';
import { until } from './support/until.ts';
import { withBroker } from './support/with-broker.ts';

const topic = 'user-events';
const partitions = 12;
const killEveryMs = 5_000;
const warmUpSeconds = 5;
const log = createLogger({ service: 'benchmark', level: 'silent' });

/** Replicas of user-service on one PostgreSQL are killed one after the other, under a steady load. */
export const outbox: Benchmark = {
  name: 'outbox',
  what: 'three user-services on one PostgreSQL, one killed every 5 s: what is lost, repeated, out of order; what it costs',
  run: async (args) => {
    const options = optionsOf(args);
    await withBroker(
      () => undefined,
      ({ brokers }) => measure(brokers, options),
    );
  },
};

interface Options {
  readonly seconds: number;
  readonly perSecond: number;
  readonly replicas: number;
  /** Only what becomes of the events, in half a minute. */
  readonly short: boolean;
}

function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      rate: { type: 'string' },
      replicas: { type: 'string' },
      short: { type: 'boolean' },
    },
  });
  const positive = (name: 'seconds' | 'rate' | 'replicas', standard: number) => {
    const value = Number(values[name] ?? standard);
    if (Number.isInteger(value) && value > 0) return value;
    throw new LaunchError(`--${name} is a whole number above 0, not ${values[name]}.`);
  };
  const short = values.short ?? false;
  const [seconds, rate] = short ? [12, 40] : [120, 300];
  return {
    seconds: positive('seconds', seconds),
    perSecond: positive('rate', rate),
    replicas: positive('replicas', 3),
    short,
  };
}

interface Stand {
  readonly brokers: readonly string[];
  readonly kafka: KafkaConnection;
  /** Of a PostgreSQL that commits to the disk. */
  readonly serverUrl: string;
}

async function measure(brokers: readonly string[], options: Options): Promise<void> {
  const kafka = createKafka({ brokers, clientId: 'benchmark', log });
  await ensureTopics(kafka, [{ name: topic, partitions, groups: [] }]);
  const postgres = await startPostgres();
  try {
    const stand = { brokers, kafka, serverUrl: postgres.url };
    console.log(`machine   ${machine()}; Kafka, PostgreSQL, the replicas and this client on it`);
    const { seconds, perSecond, replicas } = options;
    console.log(
      `load      ${perSecond} registrations a second for ${seconds} s at ${replicas} replicas, a third of the users change`,
    );
    console.log(
      '          their address twice; no password is hashed; a replica gets SIGKILL every 5 s and is started again\n',
    );
    if (options.short) return await conclude(stand, await run(stand, options, 'shards'));
    const without = await run(stand, options, 'none');
    const with_ = await run(stand, options, 'shards');
    printLatencies([
      ['without outbox, nobody killed', without.calm],
      ['with outbox, nobody killed', with_.calm],
      ['without outbox, kills', without.killed],
      ['with outbox, kills', with_.killed],
    ]);
    await conclude(stand, with_);
  } finally {
    await postgres.close();
  }
}

interface Run {
  readonly databaseUrl: string;
  /** While nobody is killed, for a quarter of the time. */
  readonly calm: Load;
  readonly killed: Load;
  /** Everybody, those of the warm-up too. */
  readonly registered: readonly Registered[];
  readonly kills: number;
}

async function run(stand: Stand, options: Options, outboxOf: ReplicasOptions['outbox']): Promise<Run> {
  const { seconds, perSecond, replicas: count } = options;
  const databaseUrl = await temporaryDatabase(stand.serverUrl);
  const replicas = new Replicas({ count, brokers: stand.brokers, databaseUrl, outbox: outboxOf });
  const load = (time: number) => loadReplicas({ replicas, perSecond, seconds: time });
  try {
    await replicas.start();
    const warm = await load(warmUpSeconds);
    const calm = options.short ? warm : await load(Math.ceil(seconds / 4));
    const over = new AbortController();
    const killing = replicas.killUntil(over.signal, killEveryMs);
    const killed = await load(seconds).finally(() => over.abort());
    await killing;
    if (outboxOf === 'shards') await untilPublished(databaseUrl);
    const registered = [...new Set([warm, calm, killed])].flatMap((each) => each.registered);
    return { databaseUrl, calm, killed, registered, kills: replicas.kills };
  } finally {
    await replicas.stop();
  }
}

function printLatencies(rows: readonly (readonly [label: string, load: Load])[]): void {
  const cells = ({ registered, failedAttempts }: Load) => {
    const took = registered.map(({ tookMs }) => tookMs);
    return [...[0.5, 0.99, 0.999, 1].map((q) => quantile(took, q).toFixed(0)), String(failedAttempts)];
  };
  const columns = ['p50 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'failed attempts'];
  printColumns(
    columns,
    rows.map(([label, load]) => ({ label: `POST /users ${label}`, cells: cells(load) })),
  );
}

/** Prints what became of the events; a LaunchError where that is not what was promised. */
async function conclude({ kafka }: Stand, { databaseUrl, registered, killed, kills }: Run): Promise<void> {
  const records = await readAll(kafka);
  const verdict = judgeOutbox({ registered, appended: await query<Appended>(databaseUrl, appendedSql), records });
  const changes = registered.reduce((sum, each) => sum + each.changes, 0);
  const waits = records.flatMap(({ value, timestampMs }) => {
    const { registeredAt } = JSON.parse(String(value)) as { registeredAt?: string };
    return registeredAt === undefined ? [] : [timestampMs - Date.parse(registeredAt)];
  });
  const [p50 = 0, p99 = 0, longest = 0] = [0.5, 0.99, 1].map((q) => quantile(waits, q));
  console.log(`
kills          ${kills}
answered       ${registered.length} registrations with 201, ${changes} changes with 200; ${killed.unanswered} requests without an answer
published      ${verdict.published} event ids
lost           ${verdict.lost.length}
repeated       ${verdict.repeated} records, each with the event id of the first
made twice     ${verdict.unknown.length}
out of order   ${verdict.outOfOrder.length} users
to Kafka       ${p50} ms after the registration (p50), ${p99} ms (p99), ${longest} ms at the longest, which is a takeover`);
  const { lost, unknown, outOfOrder } = verdict;
  if (lost.length + unknown.length + outOfOrder.length > 0)
    throw new LaunchError('The outbox has not kept its promise.');
}

const waitingSql = 'SELECT count(*) AS n FROM outbox WHERE published_at_ms IS NULL';
const appendedSql = `SELECT event_id AS "eventId", convert_from(key, 'UTF8') AS "userId" FROM outbox ORDER BY id`;

async function untilPublished(databaseUrl: string): Promise<void> {
  const waiting = async () => (await query<{ n: number }>(databaseUrl, waitingSql))[0]?.n;
  await until('the outbox to be empty', waiting, (n) => n === 0);
}

async function query<Row extends object>(url: string, sql: string): Promise<readonly Row[]> {
  const database = openPostgres({ url, name: 'benchmark', migrations: [], log, maxConnections: 1 });
  await database.start();
  try {
    return (await database.query<Row>(sql)).rows;
  } finally {
    await database.stop();
  }
}

async function readAll(kafka: KafkaConnection): Promise<readonly KafkaRecord[]> {
  const reader = await openTopicReader(kafka);
  const records: KafkaRecord[] = [];
  try {
    await reader.read(topic, await reader.ranges(topic), (batch) => void records.push(...batch));
    return records;
  } finally {
    reader.close();
  }
}
