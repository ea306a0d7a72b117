import type { Cluster } from 'kafkajs';
import { expect, it, vi } from 'vitest';
import type { AskedBroker } from '../connection/adapt-brokers.ts';
import { adaptFetches } from './lean-fetch.ts';

type Send = (request: { readonly response: { decode(bytes: Buffer): Promise<unknown> } }) => Promise<unknown>;

const noPartitions = Buffer.concat([Buffer.alloc(4 + 2 + 4), Buffer.alloc(4)]);

/** A broker as kafkajs makes it for a cluster. */
function adapted(broker: object): AskedBroker {
  const cluster = { brokerPool: { createBroker: () => broker as AskedBroker } };
  adaptFetches(cluster as unknown as Cluster, { maxWaitMs: 200 });
  return cluster.brokerPool.createBroker();
}

it('reads answers to fetches of the version it knows, and leaves all others to kafkajs', async () => {
  const send = vi.fn<Send>(async ({ response }) => response.decode(noPartitions));
  const { connectionPool } = adapted({ connectionPool: { send }, fetch: async () => undefined });
  const response = { decode: async () => 'by kafkajs', parse: async (answer: unknown) => answer };
  const ask = (apiName: string, apiVersion: number) =>
    connectionPool.send({ request: { apiName, apiVersion }, response });
  expect(await ask('Fetch', 11)).toMatchObject({ sessionId: 0, responses: [] });
  expect(await ask('Fetch', 10)).toBe('by kafkajs');
  expect(await ask('Metadata', 11)).toBe('by kafkajs');
  expect(send).toHaveBeenCalledTimes(3);
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
