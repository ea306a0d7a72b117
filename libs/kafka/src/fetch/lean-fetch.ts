import type { Cluster } from 'kafkajs';
import { adaptBrokers, changeRequests, type ProtocolRequest, readBy } from '../connection/adapt-brokers.ts';
import { hideAborted } from './aborted.ts';
import { type FetchAnswer, fetchVersion, readFetchAnswer } from './fetch-answer.ts';
import { inBatches, type KafkajsAnswer } from './kafkajs-answer.ts';

export interface FetchOptions {
  /** How long a broker keeps a fetch open that it has no records for, in ms. */
  readonly maxWaitMs: number;
}

/**
 * Reads what brokers answer to fetches in place of kafkajs, which copies all headers of a record once for each of them and makes
 * several objects for each: two thirds of the time that a record takes from the socket to the engine, and most of its memory.
 * Its messages are {@link FetchedBatch batches} then, whatever the broker's version and the format of the records.
 * And has brokers wait for as long as is said here: kafkajs knows one time for that and for how long it rests while all
 * partitions are paused, in which nothing wakes it. Which records were aborted is found here, too: see {@link hideAborted}.
 */
export function adaptFetches(cluster: Cluster, { maxWaitMs }: FetchOptions): void {
  adaptBrokers(cluster, (broker) => {
    changeRequests(broker, (request) => (request.request.apiName === 'Fetch' ? leanly(request) : request));
    const fetch = broker.fetch.bind(broker);
    broker.fetch = (request) => fetch({ ...request, maxWaitTime: maxWaitMs });
  });
}

function leanly(protocol: ProtocolRequest): ProtocolRequest {
  const { request, response } = protocol;
  const read = request.apiVersion === fetchVersion ? readFetchAnswer : async () => undefined;
  const decode = async (bytes: Buffer): Promise<FetchAnswer> =>
    hideAborted((await read(bytes)) ?? inBatches((await response.decode(bytes)) as KafkajsAnswer));
  return readBy(protocol, { decode });
}
