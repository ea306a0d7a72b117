// An instance of a consumer whose target has a quota, as users of Millrace write it; tells the API when each call was made.
import { createTarget } from '@millrace/http-client';
import { on } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { sampleEvent } from '../backlog/sample-record.ts';
import { runConsumer } from '../peers/run-consumer.ts';
import { runPeer } from '../peers/run-peer.ts';
import { machineMs } from '../support/machine-ms.ts';
import type { Sent } from './arrival.ts';

const log = createLogger({ service: 'benchmark', level: 'warn' });
const quota = { perSecond: Number(process.env['QUOTA_PER_SECOND']) };

await runPeer(({ brokers, topic, group, concurrency, url }) => {
  const api = createTarget({ name: 'counting', baseUrl: url, timeoutMs: 10_000, quota, log });
  const tell = on(
    sampleEvent(topic),
    async (_, context) => {
      const sent: Sent = { sentMs: machineMs(), pid: process.pid };
      await api.post('/calls', sent, context);
    },
    { name: 'benchmark' },
  );
  return runConsumer(brokers, { group, startAt: 'earliest', targets: [api], subscriptions: [tell], concurrency }, log);
});
