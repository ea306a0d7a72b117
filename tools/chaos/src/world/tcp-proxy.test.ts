import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { TcpProxy } from './tcp-proxy.ts';

/** A client behind a proxy, and a server that sends back what it hears. */
async function proxied() {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const proxy = await TcpProxy.to('127.0.0.1', (server.address() as AddressInfo).port);
  const client = connect(proxy.port, '127.0.0.1');
  let heard = '';
  const errors: unknown[] = [];
  client.on('data', (piece: Buffer) => (heard += piece.toString()));
  client.on('error', ({ code }: NodeJS.ErrnoException) => errors.push(code));
  onTestFinished(() => {
    client.destroy();
    proxy.close();
    server.close();
  });
  await once(client, 'connect');
  return { proxy, client, heard: () => heard, errors };
}

it('passes on what nobody troubles, and the end of it', async () => {
  const { client, heard } = await proxied();
  client.end('one');
  await once(client, 'end');
  expect(heard()).toBe('one');
});

it('holds everything back while the road is blocked, and lets it go in order', async () => {
  const { proxy, client, heard } = await proxied();
  proxy.suffer({ road: 'blocked' });
  const other = await proxied();
  client.write('one ');
  client.write('two');
  other.client.write('other');
  await vi.waitFor(() => expect(other.heard()).toBe('other'));
  expect(heard()).toBe('');
  proxy.suffer({});
  await vi.waitFor(() => expect(heard()).toBe('one two'));
});

it('passes on late, in turn, what comes while the road is slow', async () => {
  const { proxy, client, heard } = await proxied();
  proxy.suffer({ latencyMs: 100 });
  const sentMs = performance.now();
  client.write('one ');
  client.write('two');
  await vi.waitFor(() => expect(heard()).toBe('one two'));
  expect(performance.now() - sentMs).toBeGreaterThan(95);
});

it('resets connections', async () => {
  const { proxy, client, errors } = await proxied();
  proxy.reset();
  await vi.waitFor(() => expect(client.closed).toBe(true));
  expect(errors).toEqual(['ECONNRESET']);
});
