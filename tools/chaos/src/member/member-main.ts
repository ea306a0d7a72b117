// One consumer in a process of its own, as services have it: engine, Kafka and HTTP client are the shipped ones. What passes
// through their ports is written to a journal.
import { createTarget } from '@millrace/http-client';
import { createKafka, createRecordProducer, createRecordSource } from '@millrace/kafka';
import { rowEvent } from '@millrace/kafka/testing';
import {
  createConsumer,
  createSystemClock,
  headerText,
  type KafkaRecord,
  on,
  type RecordProducer,
  type RecordSource,
} from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { WatchedSource } from '@millrace/testing/watched-source';
import { openJournal } from './journal.ts';
import { KillPoints } from './kill-points.ts';
import { withBug } from './member-bugs.ts';
import { type FromMember, type MemberSpec, recordName, type Tell } from './member-protocol.ts';
import { ToldSource } from './told-source.ts';
import { WatchedCalls } from './watched-call.ts';

/** By then a service would have ended its process. */
const slowStopMs = 10_000;

const spec = JSON.parse(process.argv[2] ?? '') as MemberSpec;
const { name: member, group, topic, bug, routes } = spec;
const tell: Tell = openJournal(spec.journal);
const points = new KillPoints(spec.kill, (point) => tell({ kind: 'killed', point }));
const log = createLogger({
  service: member,
  level: 'warn',
  destination: { write: (line) => process.stderr.write(line) },
});
const route = ({ host, port }: { host: string; port: number }) => ({ host, port: routes[`${host}:${port}`] ?? port });
const connection = createKafka({ brokers: spec.brokers, clientId: member, log, route });
const api = createTarget({ name: 'api', baseUrl: spec.apiUrl, timeoutMs: spec.callTimeoutMs, log });
const producer = createRecordProducer(connection);
const calls = new WatchedCalls({ member, tell, points });
let hasCalled = false;
let source: WatchedSource | undefined;

const call = on(
  rowEvent(topic),
  async ({ id, data }, context) => {
    const record = recordName(id, context.order.sequence);
    const make = () =>
      calls.make(record, context, (number) => api.post(`/rows?call=${member}.${number}`, data, context));
    if (!hasCalled) process.send?.('calls' satisfies FromMember);
    hasCalled = true;
    await make();
    if (bug === 'calls again') await make();
  },
  { name: 'rows' },
);
const consumer = createConsumer(
  {
    group,
    startAt: 'earliest',
    targets: [api],
    subscriptions: [call],
    concurrency: spec.concurrency,
    order: bug === 'forgets the order' ? 'unordered' : 'key',
    drainTimeoutMs: spec.drainTimeoutMs,
    callTimeoutMs: spec.callTimeoutMs,
    retry: { initialDelayMs: 50, maxDelayMs: 1_000 },
  },
  {
    log,
    producer: watched(producer),
    source: (options) => withBug(watchedSource(createRecordSource(connection, options, spec.settings)), bug),
    ended: (record, outcome) => {
      source?.ended(record);
      tell({ kind: 'outcome', member, id: nameOf(record), outcome });
      points.reached('outcome known');
    },
  },
);

process.on('disconnect', () => process.exit());
process.once('SIGTERM', () => void stop());
process.send?.('begun' satisfies FromMember);
await producer.start();
await consumer.start();

async function stop(): Promise<void> {
  points.reached('told to stop');
  let stopping = 'consumer';
  setInterval(() => log.warn({ stopping, open: process.getActiveResourcesInfo() }, 'has not stopped yet'), slowStopMs);
  await consumer.stop();
  stopping = 'producer';
  await producer.stop();
  tell({ kind: 'stopped', member });
  process.exit();
}

function watchedSource(inner: RecordSource): RecordSource {
  source = new WatchedSource(new ToldSource(inner, tell, points), {
    member: { name: member, alive: true, clock: createSystemClock() },
    emit: (happening) => {
      if (happening.kind !== 'committed') tell(happening);
    },
    beginsAt: () => undefined,
  });
  return source;
}

/** Writes dead letters. */
function watched(inner: RecordProducer): RecordProducer {
  return {
    send: async (records) => {
      points.reached('dead letter about to be written');
      await inner.send(records);
      for (const { headers } of records) tell({ kind: 'letter', id: letterOf(headers) });
      points.reached('dead letter written');
    },
  };
}

function nameOf({ headers, offset }: KafkaRecord): string {
  return recordName(headerText(headers, 'ce_id') ?? '', offset);
}

function letterOf(headers: KafkaRecord['headers']): string {
  return recordName(headerText(headers, 'ce_id') ?? '', Number(headerText(headers, 'millrace_dlq_offset')));
}
