import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { sampleRecord } from './backlog/sample-record.ts';
import { defaultValueBytes } from './backlog/sample-data.ts';
import { plainShape, writeBacklog } from './backlog/write-backlog.ts';
import type { Benchmark } from './benchmark.ts';
import { markdownTable } from './comparison/markdown-table.ts';
import { startPeer } from './comparison/peer-process.ts';
import { eachMessage, millrace, platformatic } from './peers/node-peers.ts';
import { machineMs } from './support/machine-ms.ts';
import { type Bench, measureAlone } from './support/measure-alone.ts';
import { quantile } from './support/quantile.ts';
import { until } from './support/until.ts';

const { Kafka, logLevel } = kafkajs;
const peers = [millrace, eachMessage, platformatic];
const perSecond = 50;
const warmUp = 250;
const count = 1_500;
const topic = 'latency';

/** How long after it was sent to Kafka an event is at the API, where all is quiet. */
export const endToEndLatency: Benchmark = {
  name: 'end-to-end-latency',
  what: `from sending a record to its call, at ${perSecond} a second, several consumers side by side`,
  run: () => measureAlone('end-to-end-latency', measure),
};

async function measure(bench: Bench): Promise<string> {
  const { brokers, stub, tell } = bench;
  await writeBacklog(brokers, { ...plainShape, topic, records: 0 }, () => undefined);
  const running = await Promise.all(
    peers.map(async (peer) => {
      const behaviour = { latency: { median: 5, spread: 'fixed', roundTrip: 0 }, remembers: true } as const;
      const gate = await stub.open(behaviour);
      const command = await peer.prepare(() => undefined);
      const task = { brokers, topic, concurrency: 100, valueBytes: defaultValueBytes, caFile: undefined };
      const process = await startPeer(command, { ...task, group: `${peer.name}-${randomUUID()}`, url: gate.url });
      return { peer, gate, process };
    }),
  );
  try {
    tell(`sending ${count.toLocaleString('en')} records`);
    const { sentMs, acknowledgedMs } = await sendAll(brokers);
    const rows = running.map(async ({ peer, gate }) => {
      await until(`${peer.name} to call for all records`, gate.facts, ({ effects }) => effects === count);
      return rowOf(peer.name, sentMs, await gate.arrivals());
    });
    const columns = ['', 'p50 ms', 'p99 ms', 'max ms'];
    const table = markdownTable(columns, [
      rowOf('acknowledged by Kafka', sentMs, acknowledgedMs),
      ...(await Promise.all(rows)),
    ]);
    return `${count - warmUp} records after ${warmUp} to warm up, ${perSecond} a second, one partition; all consumers at the same time, each with an API of its own.\n\n${table}`;
  } finally {
    await Promise.all(running.map(({ process }) => process.stop()));
  }
}

function rowOf(label: string, sentMs: readonly number[], thereMs: readonly (number | null)[]): readonly string[] {
  const delaysMs = sentMs.map((sent, key) => (thereMs[key] ?? Number.NaN) - sent).slice(warmUp);
  return [label, ...[0.5, 0.99, 1].map((q) => quantile(delaysMs, q).toFixed(1))];
}

/** When each record was handed to the producer, and when Kafka had it, by `machineMs`, in the order of keys. */
async function sendAll(brokers: readonly string[]) {
  const kafka = new Kafka({ clientId: 'benchmark', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  const sentMs: number[] = [];
  const acknowledged: Promise<number>[] = [];
  for (const startedAt = performance.now(); sentMs.length < count;) {
    const record = sampleRecord({ key: sentMs.length, sequence: 0 }, defaultValueBytes);
    sentMs.push(machineMs());
    acknowledged.push(producer.send({ topic, messages: [record] }).then(machineMs));
    await delay(startedAt + (sentMs.length * 1_000) / perSecond - performance.now());
  }
  const acknowledgedMs = await Promise.all(acknowledged);
  await producer.disconnect();
  return { sentMs, acknowledgedMs };
}
