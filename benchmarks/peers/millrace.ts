// A consumer app as users of Millrace write it; PEER_TELEMETRY=sdk starts OpenTelemetry as runService does.
import { createTarget, type HttpTarget } from '@millrace/http-client';
import { type HandlerOf, on } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { startTelemetry } from '@millrace/telemetry/start';
import { sampleEvent } from '../backlog/sample-record.ts';
import { runConsumer } from './run-consumer.ts';
import { runPeer } from './run-peer.ts';

if (process.env['PEER_TELEMETRY'] === 'sdk') startTelemetry({ service: 'benchmark' });
const log = createLogger({ service: 'benchmark', level: 'warn' });

await runPeer(async (settings) => {
  const { brokers, topic, group, concurrency } = settings;
  const { origin, pathname } = new URL(settings.url);
  const timeoutMs = Number(process.env['PEER_TIMEOUT_MS'] ?? 30_000);
  const api = createTarget({ name: 'stub', baseUrl: origin, timeoutMs, connections: concurrency, log });
  const subscription = on(sampleEvent(topic), callApi(api, pathname as `/${string}`), { name: 'benchmark' });
  const overflow = process.env['PEER_OVERFLOW'] === 'dead-letter' ? 'dead-letter' : 'pause';
  const subscriptions = [subscription];
  return runConsumer(
    brokers,
    { group, startAt: 'earliest', targets: [api], subscriptions, concurrency, overflow },
    log,
  );
});

function callApi(api: HttpTarget, path: `/${string}`): HandlerOf<ReturnType<typeof sampleEvent>> {
  return async ({ data }, context) => {
    await api.post(path, data, context);
  };
}
