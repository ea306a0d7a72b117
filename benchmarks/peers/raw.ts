// undici's Agent in loops, without Kafka: what HTTP alone costs whoever uses it as usual.
import { sampleData } from '../backlog/sample-data.ts';
import { callsInLoops } from './calls-in-loops.ts';
import { runPeer } from './run-peer.ts';
import { undiciCalls } from './undici-calls.ts';

await runPeer((settings) => {
  const value = JSON.stringify(sampleData({ key: 0, valueBytes: settings.valueBytes }));
  const post = undiciCalls(settings);
  return callsInLoops(settings, (id) => post(id, value));
});
