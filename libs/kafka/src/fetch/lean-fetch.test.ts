import type { Broker, Cluster } from 'kafkajs';
import { expect, it, vi } from 'vitest';
import { adaptFetches } from './lean-fetch.ts';

type Send = (request: { readonly response: { decode(bytes: Buffer): Promise<unknown> } }) => Promise<unknown>;

const noPartitions = Buffer.concat([Buffer.alloc(4 + 2 + 4), Buffer.alloc(4)]);

function clusterWith(broker: object): Cluster {
  const cluster = { findBroker: async () => broker as Broker };
  adaptFetches(cluster as unknown as Cluster, { maxWaitMs: 200 });
  return cluster as unknown as Cluster;
}

it('reads answers to fetches of the version it knows, and leaves all others to kafkajs', async () => {
  const send = vi.fn<Send>(async ({ response }) => response.decode(noPartitions));
  const cluster = clusterWith({ connectionPool: { send }, fetch: async () => undefined });
  const response = { decode: async () => 'by kafkajs', parse: async (answer: unknown) => answer };
  const ask = async (apiName: string, apiVersion: number) => {
    const { connectionPool } = (await cluster.findBroker({ nodeId: '1' })) as unknown as {
      connectionPool: { send(request: object): Promise<unknown> };
    };
    return connectionPool.send({ request: { apiName, apiVersion }, response });
  };
  expect(await ask('Fetch', 11)).toMatchObject({ sessionId: 0, responses: [] });
  expect(await ask('Fetch', 10)).toBe('by kafkajs');
  expect(await ask('Metadata', 11)).toBe('by kafkajs');
  expect(send).toHaveBeenCalledTimes(3);
});

it('has brokers wait for records for as long as it says, once however often they are found', async () => {
  const fetch = vi.fn<(request: object) => Promise<string>>(async () => 'answer');
  const cluster = clusterWith({ connectionPool: { send: async () => undefined }, fetch });
  await cluster.findBroker({ nodeId: '1' });
  const broker = (await cluster.findBroker({ nodeId: '1' })) as unknown as { fetch: typeof fetch };
  expect(await broker.fetch({ maxWaitTime: 20, minBytes: 1 })).toBe('answer');
  expect(fetch.mock.calls).toEqual([[{ maxWaitTime: 200, minBytes: 1 }]]);
});

it('says what it needs where a kafkajs has no such connections', async () => {
  await expect(clusterWith({}).findBroker({ nodeId: '1' })).rejects.toThrow('this needs kafkajs 2.2.4');
});
