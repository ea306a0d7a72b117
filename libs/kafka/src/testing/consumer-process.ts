import { setTimeout as delay } from 'node:timers/promises';
import { createConsumer, on } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { createKafka } from '../connection/kafka-connection.ts';
import { createRecordProducer } from '../producer/record-producer.ts';
import { createRecordSource } from '../source/record-source.ts';
import type { Call, ConsumerSpec } from './consumer-protocol.ts';
import { rowEvent } from './row-event.ts';
import { createSharedClock } from './shared-clock.ts';

/** One consumer in a process of its own, with the engine: tells its parent of each call. SIGTERM: it stops as services do. */
const { name, brokers, group, topic, callMs, settings } = JSON.parse(process.argv[2] ?? '') as ConsumerSpec;
const clock = createSharedClock();
const log = createLogger({
  service: name,
  level: 'warn',
  destination: { write: (line) => process.stderr.write(line) },
});
const connection = createKafka({ brokers, clientId: name, log });
const tell = (call: Omit<Call, 'atMs' | 'by'>) => process.send?.({ ...call, by: name, atMs: clock.mark() });
const call = on(
  rowEvent(topic),
  async ({ data: { key, number } }) => {
    tell({ what: 'started', key, number });
    await delay(callMs.least + Math.random() * (callMs.most - callMs.least));
    tell({ what: 'ended', key, number });
  },
  { name: 'rows' },
);
const consumer = createConsumer(
  { group, startAt: 'earliest', targets: [], subscriptions: [call], drainTimeoutMs: 5_000 },
  {
    log,
    producer: createRecordProducer(connection),
    source: (options) => createRecordSource(connection, options, settings),
  },
);

process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => void consumer.stop().then(() => process.exit()));
await consumer.start();
