import type { Cluster } from 'kafkajs';
import { expect, it, vi } from 'vitest';
import type { AskedBroker } from '../connection/adapt-brokers.ts';
import type { FetchAnswer } from './fetch-answer.ts';
import { adaptFetches } from './lean-fetch.ts';

type Send = (request: { readonly response: { decode(bytes: Buffer): Promise<unknown> } }) => Promise<unknown>;

const noPartitions = Buffer.concat([Buffer.alloc(4 + 2 + 4), Buffer.alloc(4)]);

/** A broker as kafkajs makes it for a cluster. */
function adapted(broker: object): AskedBroker {
  const cluster = { brokerPool: { createBroker: () => broker as AskedBroker } };
  adaptFetches(cluster as unknown as Cluster, { maxWaitMs: 200 });
  return cluster.brokerPool.createBroker();
}

/** What kafkajs reads from a broker that knows nothing of transactions. */
const olderAnswer = {
  throttleTime: 5,
  responses: [
    {
      topicName: 'orders',
      partitions: [
        {
          partition: 3,
          errorCode: 0,
          highWatermark: '9',
          messages: [{ offset: '8', timestamp: '1700000000000', key: Buffer.from('k'), value: null, attributes: 0 }],
        },
      ],
    },
  ],
};

it('reads answers to fetches of the version it knows, and has kafkajs read all others', async () => {
  const send = vi.fn<Send>(async ({ response }) => response.decode(noPartitions));
  const { connectionPool } = adapted({ connectionPool: { send }, fetch: async () => undefined });
  const response = { decode: async () => olderAnswer, parse: async (answer: unknown) => answer };
  const ask = (apiName: string, apiVersion: number) =>
    connectionPool.send({ request: { apiName, apiVersion }, response });
  expect(await ask('Fetch', 11)).toMatchObject({ sessionId: 0, responses: [] });
  expect(await ask('Metadata', 11)).toBe(olderAnswer);
  expect(await ask('Fetch', 3)).toMatchObject({ throttleTime: 5, responses: [{ topicName: 'orders' }] });
  expect(send).toHaveBeenCalledTimes(3);
});

it('makes each record that kafkajs has read a batch of its own', async () => {
  const { connectionPool } = adapted({
    connectionPool: { send: async ({ response }: Parameters<Send>[0]) => response.decode(noPartitions) },
    fetch: async () => undefined,
  });
  const response = { decode: async () => olderAnswer, parse: async (answer: unknown) => answer };
  const answer = await connectionPool.send({ request: { apiName: 'Fetch', apiVersion: 3 }, response });
  const [topic] = (answer as FetchAnswer).responses;
  const offsets = { offset: 8, topic: 'orders', partition: 3, timestampMs: 1_700_000_000_000 };
  const record = { ...offsets, key: Buffer.from('k'), value: null, headers: {} };
  const batch = { offset: '8', firstOffset: 8, key: record.key, isControlRecord: false, records: [record] };
  const batchContext = { producerId: '-1', inTransaction: false };
  expect(topic?.partitions).toEqual([
    { partition: 3, errorCode: 0, highWatermark: '9', abortedTransactions: [], messages: [{ ...batch, batchContext }] },
  ]);
});

it('has brokers wait for records for as long as it says', async () => {
  const fetch = vi.fn<(request: object) => Promise<string>>(async () => 'answer');
  const broker = adapted({ connectionPool: { send: async () => undefined }, fetch });
  expect(await broker.fetch({ maxWaitTime: 20, minBytes: 1 })).toBe('answer');
  expect(fetch.mock.calls).toEqual([[{ maxWaitTime: 200, minBytes: 1 }]]);
});

it('says what it needs where a kafkajs keeps its brokers elsewhere', () => {
  expect(() => adaptFetches({} as Cluster, { maxWaitMs: 200 })).toThrow('this needs kafkajs 2.2.4');
});
