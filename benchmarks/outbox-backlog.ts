import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { createFencedProducer, createKafka, ensureTopics, openTopicReader } from '@millrace/kafka';
import { LaunchError, startPostgres } from '@millrace/launcher';
import {
  createPostgresOutboxStore,
  createPostgresShardClaims,
  createShardedRelay,
  postgresOutboxTables,
} from '@millrace/outbox';
import { openPostgres } from '@millrace/postgres';
import { createLogger } from '@millrace/telemetry';
import type { Benchmark } from './benchmark.ts';
import { whole } from './comparison/result-rows.ts';
import { machine } from './support/machine.ts';
import { withBroker } from './support/with-broker.ts';

const topic = 'backlog';
const partitions = 12;
const shards = 6;
const megabyte = 1024 * 1024;
const lookMs = 1_000;
const log = createLogger({ service: 'benchmark', level: 'silent' });

/** What an outbox does after Kafka was away for hours. */
export const outboxBacklog: Benchmark = {
  name: 'outbox-backlog',
  what: 'a backlog of 1,000,000 rows in PostgreSQL, published by one process: how long, and how much memory',
  run: async (args) => {
    const { values } = parseArgs({ args: [...args], options: { rows: { type: 'string' } } });
    const rows = Number(values.rows ?? 1_000_000);
    if (!Number.isInteger(rows) || rows < 1) throw new LaunchError(`--rows is a whole number, not ${values.rows}.`);
    await withBroker(
      () => undefined,
      ({ brokers }) => measure(brokers, rows),
    );
  },
};

async function measure(brokers: readonly string[], rows: number): Promise<void> {
  const kafka = createKafka({ brokers, clientId: 'benchmark', log });
  await ensureTopics(kafka, [{ name: topic, partitions, groups: [] }]);
  const server = await startPostgres();
  const database = openPostgres({
    url: server.url,
    name: 'benchmark',
    migrations: [postgresOutboxTables(shards)],
    log,
  });
  try {
    await database.start();
    await fill(database, rows);
    console.log(
      `machine  ${machine()}; Kafka and PostgreSQL on it\nbacklog  ${whole(rows)} rows of 200 bytes, ${shards} shards`,
    );
    const relay = createShardedRelay({
      claims: createPostgresShardClaims(database),
      storeOf: (shard) => createPostgresOutboxStore(database, shard),
      createProducer: (options) => createFencedProducer(kafka, options),
      log,
    });
    const startMark = performance.now();
    await relay.start();
    await watch(database, rows, startMark);
    await relay.stop();
    const reader = await openTopicReader(kafka);
    let read = 0;
    await reader.read(topic, await reader.ranges(topic), (records) => void (read += records.length));
    reader.close();
    console.log(`Kafka has ${whole(read)} records`);
  } finally {
    await database.stop();
    await server.close();
  }
}

type Database = ReturnType<typeof openPostgres>;

/** In parts, each within the time that a statement may take. */
async function fill(database: Database, rows: number): Promise<void> {
  const part = 20_000;
  for (let from = 0; from < rows; from += part) {
    await database.query(fillSql, [from, Math.min(rows, from + part) - 1, shards, topic, Date.now()]);
  }
}

const fillSql = `
  INSERT INTO outbox (event_id, topic, key, key_hash, shard, value, headers, trace, appended_at_ms)
  SELECT n::text, $4, convert_to((n % 100000)::text, 'UTF8'), n % 100000, n % 100000 % $3::int,
    convert_to(rpad(n::text, 200), 'UTF8'), '{}', '{}', $5::bigint
  FROM generate_series($1::int, $2::int) AS n
`;

/** Prints a line for each tenth. */
async function watch(database: Database, rows: number, startMark: number): Promise<void> {
  let [tenth, most, beforeMs] = [1, 0, 0];
  console.log('\npublished     seconds    rows/s    MB resident (most)');
  for (;;) {
    await delay(lookMs);
    most = Math.max(most, process.memoryUsage.rss() / megabyte);
    const { rows: found } = await database.query<{ n: number }>(waitingSql);
    const done = rows - (found[0]?.n ?? 0);
    if (done < (rows * tenth) / 10) continue;
    const nowMs = performance.now() - startMark;
    const reached = Math.floor((done * 10) / rows);
    const perSecond = ((reached - tenth + 1) * rows) / 10 / ((nowMs - beforeMs) / 1_000);
    const cells = [whole(done).padStart(9), (nowMs / 1_000).toFixed(1).padStart(11), whole(perSecond).padStart(9)];
    console.log([...cells, most.toFixed(0).padStart(12)].join(' '));
    [tenth, most, beforeMs] = [reached + 1, 0, nowMs];
    if (done >= rows) return;
  }
}

const waitingSql = 'SELECT count(*) AS n FROM outbox WHERE published_at_ms IS NULL';
