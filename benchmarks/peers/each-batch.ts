// kafkajs' eachBatch with Promise.all, as it is found in many services: the next slice waits for the slowest call of this one.
import { joinedConsumer } from './kafkajs-consumer.ts';
import { runPeer } from './run-peer.ts';
import { undiciCalls } from './undici-calls.ts';

await runPeer((settings) => {
  const { concurrency } = settings;
  const post = undiciCalls(settings);
  return joinedConsumer(settings, (consumer) =>
    consumer.run({
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch: { messages }, resolveOffset, heartbeat, commitOffsetsIfNecessary, isRunning }) => {
        for (let at = 0; at < messages.length && isRunning(); at += concurrency) {
          const slice = messages.slice(at, at + concurrency);
          await Promise.all(slice.map(({ headers, value }) => post(`${headers?.['ce_id']?.toString()}`, value)));
          resolveOffset(slice.at(-1)!.offset);
          await commitOffsetsIfNecessary();
          await heartbeat();
        }
      },
    }),
  );
});
