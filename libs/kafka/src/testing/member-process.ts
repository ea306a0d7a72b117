import { createLogger } from '@millrace/telemetry';
import { TellingSink } from '@millrace/testing/telling-sink';
import { createKafka } from '../connection/kafka-connection.ts';
import { createRecordSource } from '../source/record-source.ts';
import type { Asked, FromMember, MemberSpec, ToMember } from './member-protocol.ts';
import { createSharedClock } from './shared-clock.ts';

/** One member of a group in a process of its own: does what its parent says, and tells it all that it hears. */
const { name, brokers, routes, group, topic, plan, settings } = JSON.parse(process.argv[2] ?? '') as MemberSpec;
const say = (message: FromMember) => process.send?.(message);
const log = createLogger({ service: name, level: 'info', destination: { write: (line) => say({ logged: line }) } });
const route = ({ host, port }: { host: string; port: number }) => ({ host, port: routes[`${host}:${port}`] ?? port });
const connection = createKafka({ brokers, clientId: name, log, route });
const source = createRecordSource(connection, { group, topics: [topic] }, settings);
const sink = new TellingSink({ clock: createSharedClock(), plan, tell: (told) => say({ told }) });

process.on('message', ({ ask, id }: ToMember) => void answer(ask).then((answer) => say({ id, answer })));
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => void source.stop().then(() => process.exit()));
await source.start(sink);
say({ begun: true });

async function answer(ask: Asked): Promise<unknown> {
  if (ask === 'stop') return source.stop();
  if (ask === 'state') return { notReady: source.notReady(), progress: source.progress() };
  return sink.perform(ask);
}
