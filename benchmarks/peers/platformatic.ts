// A stream of @platformatic/kafka, worked on by hwp's forEach as its README shows it: no order, commits what was read.
import { Consumer } from '@platformatic/kafka';
import { forEach } from 'hwp';
import { runPeer } from './run-peer.ts';
import { undiciCalls } from './undici-calls.ts';

const ceId = Buffer.from('ce_id');

await runPeer(async (settings) => {
  const { brokers, topic, group, concurrency } = settings;
  const post = undiciCalls(settings);
  const consumer = new Consumer({ clientId: 'benchmark', groupId: group, bootstrapBrokers: [...brokers] });
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'committed',
    fallbackMode: 'earliest',
    autocommit: true,
    // By default 10 MiB, over which it takes seconds before the first record comes out.
    maxBytes: 2 ** 20,
  });
  const worked = forEach(stream, ({ headers, value }) => post(idOf(headers), value), concurrency);
  worked.catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
  return () => consumer.close(true);
});

/** Names of headers are Buffers here, so that none equals another. */
function idOf(headers: ReadonlyMap<Buffer, Buffer>): string {
  for (const [name, value] of headers) if (name.equals(ceId)) return value.toString();
  throw new Error('a record without ce_id');
}
