import type { Broker, Cluster } from 'kafkajs';
import { fetchVersion, readFetchAnswer } from './fetch-answer.ts';

/** A request as kafkajs hands it to a broker's connections, with what reads its answer. */
interface ProtocolRequest {
  readonly request: { readonly apiName: string; readonly apiVersion: number };
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<unknown>;
    readonly parse: (answer: unknown) => Promise<unknown>;
  };
}

interface Connections {
  send(request: ProtocolRequest): Promise<unknown>;
}

/**
 * Reads what brokers answer to fetches in place of kafkajs, which copies all headers of a record once for each of them and makes
 * several objects for each: two thirds of the time that a record takes from the socket to the engine, and most of its memory.
 */
export function readFetchesLeanly(cluster: Cluster): void {
  const find = cluster.findBroker.bind(cluster);
  const known = new WeakSet<Connections>();
  cluster.findBroker = async (node) => {
    const broker = await find(node);
    const connections = connectionsOf(broker);
    if (known.has(connections)) return broker;
    known.add(connections);
    const send = connections.send.bind(connections);
    connections.send = (request) => send(isReadHere(request) ? leanly(request) : request);
    return broker;
  };
}

function connectionsOf(broker: Broker): Connections {
  const { connectionPool } = broker as Broker & { readonly connectionPool?: Connections };
  if (!connectionPool) throw new Error('a broker of kafkajs has no connections: this needs kafkajs 2.2.4');
  return connectionPool;
}

function isReadHere({ request }: ProtocolRequest): boolean {
  return request.apiName === 'Fetch' && request.apiVersion === fetchVersion;
}

function leanly(protocol: ProtocolRequest): ProtocolRequest {
  const { decode } = protocol.response;
  const read = async (bytes: Buffer): Promise<unknown> => (await readFetchAnswer(bytes)) ?? decode(bytes);
  return { ...protocol, response: { ...protocol.response, decode: read } };
}
