import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BrokerRoute, BrokerSockets } from './broker-sockets.ts';
import { BrokerWatch } from './broker-watch.ts';
import { keptLog } from '../testing/test-kafka.ts';

let server: Server | undefined;

afterEach(() => {
  server?.close();
});

async function listen(): Promise<number> {
  server = createServer();
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function sockets(route?: BrokerRoute) {
  const { log, messages } = keptLog();
  const made = new BrokerSockets(new BrokerWatch(log), 1_000, route);
  const open = (port: number, onConnect = () => {}) => {
    const socket = made.factory({ host: '127.0.0.1', port, ssl: {}, onConnect });
    const error = new Promise<Error>((resolve) => socket.on('error', resolve));
    return { socket, error };
  };
  return { made, messages, open };
}

describe('the connections of a Kafka client', () => {
  it('say when a broker refuses and when it accepts again', async () => {
    const port = await listen();
    const { open, messages } = sockets();
    await open(1).error;
    expect(messages).toEqual(['Kafka broker cannot be reached; trying on']);
    const onConnect = vi.fn<() => void>();
    open(port, onConnect).socket.unref();
    await vi.waitFor(() => expect(onConnect).toHaveBeenCalledOnce());
    expect(messages).toHaveLength(1);
  });

  it('may be waited for by many requests without a warning of a leak', async () => {
    const { open } = sockets();
    expect(
      open(await listen())
        .socket.unref()
        .getMaxListeners(),
    ).toBe(0);
  });

  it('are broken by close, with an error and without a complaint, and cannot be made any more', async () => {
    const port = await listen();
    const { made, open, messages } = sockets();
    const onConnect = vi.fn<() => void>();
    const { socket, error } = open(port, onConnect);
    await vi.waitFor(() => expect(onConnect).toHaveBeenCalledOnce());
    made.close();
    expect((await error).message).toBe('this Kafka client is closed');
    expect(socket.destroyed).toBe(true);
    expect(() => open(port)).toThrow('this Kafka client is closed');
    expect(messages).toEqual([]);
  });

  it('go where the route leads, while the broker keeps its name', async () => {
    const port = await listen();
    const { open, messages } = sockets(({ host }) => ({ host, port }));
    const connected = Promise.withResolvers<void>();
    const { socket } = open(1, connected.resolve);
    await connected.promise;
    expect([socket.remotePort, messages]).toEqual([port, []]);
    socket.destroy();
  });
});
