import { connect } from 'node:net';
import { LaunchError } from '../launch-error.ts';
import type { Broker } from './broker.ts';

const limitMs = 3_000;

/** The Kafka that KAFKA_BROKERS names; a LaunchError when none of its addresses answers. */
export async function createGivenBroker(brokers: string): Promise<Broker> {
  const addresses = brokers.split(',').map(parseAddress);
  await Promise.any(addresses.map(({ host, port }) => canConnect(host, port))).catch((error: unknown) => {
    const why = ((error as AggregateError).errors[0] as Error).message;
    throw new LaunchError(
      `KAFKA_BROKERS names ${brokers}, where nothing answers (${why}). Start that Kafka, or unset KAFKA_BROKERS to have one started.`,
    );
  });
  const notOurs = (): Promise<never> =>
    Promise.reject(new LaunchError('The Kafka of KAFKA_BROKERS is not ours to stop or start.'));
  return { brokers, kind: 'given', stop: notOurs, kill: notOurs, start: notOurs, close: async () => undefined };
}

function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^\[?([^\s/]+?)\]?:(\d{1,5})$/.exec(address.trim()) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    throw new LaunchError(`KAFKA_BROKERS must be host:port[,host:port], not ${JSON.stringify(address.trim())}.`);
  }
  return { host, port: Number(port) };
}

function canConnect(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: limitMs }, () => socket.destroy());
    socket.on('connect', () => resolve());
    socket.on('timeout', () => socket.destroy(new Error(`no answer in ${limitMs / 1000} s`)));
    // A name with several addresses fails with an AggregateError, which has no message.
    socket.on('error', (error: NodeJS.ErrnoException) => reject(new Error(error.code ?? error.message)));
  });
}
