import type { Broker, Cluster } from 'kafkajs';
import { hideAborted } from './aborted.ts';
import { fetchVersion, readFetchAnswer } from './fetch-answer.ts';

/** A request as kafkajs hands it to a broker's connections, with what reads its answer. */
interface ProtocolRequest {
  readonly request: { readonly apiName: string; readonly apiVersion: number };
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<unknown>;
    readonly parse: (answer: unknown) => Promise<unknown>;
  };
}

/** What kafkajs' types do not show of a broker. */
type FetchingBroker = Broker & {
  readonly connectionPool?: { send(request: ProtocolRequest): Promise<unknown> };
  fetch?(request: object): Promise<unknown>;
};

export interface FetchOptions {
  /** How long a broker keeps a fetch open that it has no records for, in ms. */
  readonly maxWaitMs: number;
}

/**
 * Reads what brokers answer to fetches in place of kafkajs, which copies all headers of a record once for each of them and makes
 * several objects for each: two thirds of the time that a record takes from the socket to the engine, and most of its memory.
 * And has brokers wait for as long as is said here: kafkajs knows one time for that and for how long it rests while all
 * partitions are paused, in which nothing wakes it. Which records were aborted is found here, too: see {@link hideAborted}.
 */
export function adaptFetches(cluster: Cluster, { maxWaitMs }: FetchOptions): void {
  const find = cluster.findBroker.bind(cluster);
  const adapted = new WeakSet<Broker>();
  cluster.findBroker = async (node) => {
    const broker: FetchingBroker = await find(node);
    if (adapted.has(broker)) return broker;
    const { connectionPool, fetch } = broker;
    if (!connectionPool || !fetch) throw new Error('a broker of kafkajs cannot be asked: this needs kafkajs 2.2.4');
    adapted.add(broker);
    const send = connectionPool.send.bind(connectionPool);
    connectionPool.send = (request) => send(isReadHere(request) ? leanly(request) : request);
    broker.fetch = (request) => fetch.call(broker, { ...request, maxWaitTime: maxWaitMs });
    return broker;
  };
}

function isReadHere({ request }: ProtocolRequest): boolean {
  return request.apiName === 'Fetch' && request.apiVersion === fetchVersion;
}

function leanly(protocol: ProtocolRequest): ProtocolRequest {
  const { decode } = protocol.response;
  const read = async (bytes: Buffer): Promise<unknown> => {
    const answer = await readFetchAnswer(bytes);
    return answer ? hideAborted(answer) : decode(bytes);
  };
  return { ...protocol, response: { ...protocol.response, decode: read } };
}
