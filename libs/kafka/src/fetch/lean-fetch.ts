import type { Cluster } from 'kafkajs';
import { adaptBrokers, changeRequests, type ProtocolRequest, readBy } from '../connection/adapt-brokers.ts';
import { hideAborted } from './aborted.ts';
import { fetchVersion, readFetchAnswer } from './fetch-answer.ts';

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
  adaptBrokers(cluster, (broker) => {
    changeRequests(broker, (request) => (isReadHere(request) ? leanly(request) : request));
    const fetch = broker.fetch.bind(broker);
    broker.fetch = (request) => fetch({ ...request, maxWaitTime: maxWaitMs });
  });
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
  return readBy(protocol, { decode: read });
}
