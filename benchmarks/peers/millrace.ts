// A consumer app as users of Millrace write it; PEER_TELEMETRY=sdk starts OpenTelemetry as runService does.
import { createTarget, type HttpTarget } from '@millrace/http-client';
import { createKafka, createRecordProducer, createRecordSource } from '@millrace/kafka';
import { createConsumer, type HandlerOf, on } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { startTelemetry } from '@millrace/telemetry/start';
import { sampleEvent } from '../backlog/sample-record.ts';
import { joined } from './joined.ts';
import { runPeer } from './run-peer.ts';

if (process.env['PEER_TELEMETRY'] === 'sdk') startTelemetry({ service: 'benchmark' });
const log = createLogger({ service: 'benchmark', level: 'warn' });

await runPeer(async (settings) => {
  const { brokers, topic, group, concurrency } = settings;
  const { origin, pathname } = new URL(settings.url);
  const timeoutMs = Number(process.env['PEER_TIMEOUT_MS'] ?? 30_000);
  const api = createTarget({ name: 'stub', baseUrl: origin, timeoutMs, connections: concurrency, log });
  const kafka = createKafka({ clientId: 'benchmark', brokers, log });
  const producer = createRecordProducer(kafka);
  const subscription = on(sampleEvent(topic), callApi(api, pathname as `/${string}`), { name: 'benchmark' });
  const consumer = createConsumer(
    {
      group,
      startAt: 'earliest',
      targets: [api],
      subscriptions: [subscription],
      concurrency,
      overflow: process.env['PEER_OVERFLOW'] === 'dead-letter' ? 'dead-letter' : 'pause',
    },
    { log, producer, source: (options) => createRecordSource(kafka, options) },
  );
  await producer.start();
  await consumer.start();
  await joined(consumer.notReady);
  return async () => {
    await consumer.stop();
    await producer.stop();
  };
});

function callApi(api: HttpTarget, path: `/${string}`): HandlerOf<ReturnType<typeof sampleEvent>> {
  return async ({ data }, context) => {
    await api.post(path, data, context);
  };
}
