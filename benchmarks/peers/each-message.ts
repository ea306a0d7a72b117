// kafkajs' eachMessage: one call at a time in each partition.
import { joinedConsumer } from './kafkajs-consumer.ts';
import { runPeer } from './run-peer.ts';
import { undiciCalls } from './undici-calls.ts';

await runPeer((settings) => {
  const post = undiciCalls(settings);
  return joinedConsumer(settings, (consumer) =>
    consumer.run({
      partitionsConsumedConcurrently: settings.concurrency,
      eachMessage: ({ message: { headers, value } }) => post(`${headers?.['ce_id']?.toString()}`, value),
    }),
  );
});
