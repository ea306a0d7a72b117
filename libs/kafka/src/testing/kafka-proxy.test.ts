import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { apis, type ApiName, decodeCommit } from './kafka-frame.ts';
import { KafkaProxy } from './kafka-proxy.ts';

/** A client behind a proxy, and a broker that answers each request with its correlation id alone. */
async function proxied() {
  const arrived: number[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 4 + chunk.readInt32BE(at)) {
        const correlationId = chunk.readInt32BE(at + 8);
        arrived.push(correlationId);
        socket.write(frame(correlationId));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const broker = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy = await KafkaProxy.start([broker]);
  const client = connect({ host: '127.0.0.1', port: proxy.ports[broker]! });
  const answered: number[] = [];
  client.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; at += 8) answered.push(chunk.readInt32BE(at + 4));
  });
  client.on('error', () => undefined);
  onTestFinished(() => {
    client.destroy();
    proxy.close();
    server.close();
  });
  return { proxy, client, arrived, answered };
}

/** A frame of these numbers, of 4 bytes each. */
function frame(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + 4 * numbers.length);
  for (const [at, number] of [4 * numbers.length, ...numbers].entries()) bytes.writeInt32BE(number, 4 * at);
  return bytes;
}

/** In two pieces, as a network may cut them. */
function send(client: Socket, api: ApiName, correlationId: number): void {
  const bytes = frame(apis[api] << 16, correlationId);
  client.write(bytes.subarray(0, 6));
  client.write(bytes.subarray(6));
}

it('passes what nobody meddles with', async () => {
  const { client, answered } = await proxied();
  send(client, 'Fetch', 1);
  send(client, 'Heartbeat', 2);
  await vi.waitFor(() => expect(answered).toEqual([1, 2]));
});

it('holds requests of one kind back, and lets others overtake them', async () => {
  const { proxy, client, arrived, answered } = await proxied();
  const held = proxy.meddle('OffsetCommit', 'hold');
  send(client, 'OffsetCommit', 1);
  send(client, 'Heartbeat', 2);
  await vi.waitFor(() => expect([arrived, answered, held.met.length]).toEqual([[2], [2], 1]));
  held.end();
  send(client, 'OffsetCommit', 3);
  await vi.waitFor(() =>
    expect([arrived, answered]).toEqual([
      [2, 1, 3],
      [2, 1, 3],
    ]),
  );
});

it('holds the answer to a request that has arrived', async () => {
  const { proxy, client, arrived, answered } = await proxied();
  const held = proxy.meddle('Fetch', 'hold-answer');
  send(client, 'Fetch', 1);
  send(client, 'Heartbeat', 2);
  await vi.waitFor(() => expect([arrived, answered]).toEqual([[1, 2], [2]]));
  held.end();
  await vi.waitFor(() => expect(answered).toEqual([2, 1]));
});

it('loses requests, and breaks connections', async () => {
  const { proxy, client, arrived } = await proxied();
  proxy.meddle('JoinGroup', 'lose');
  send(client, 'JoinGroup', 1);
  send(client, 'Heartbeat', 2);
  await vi.waitFor(() => expect(arrived).toEqual([2]));
  proxy.cut();
  await vi.waitFor(() => expect(client.closed).toBe(true));
});

it('lets nothing through in the dark, and all of it afterwards', async () => {
  const { proxy, client, arrived, answered } = await proxied();
  send(client, 'Heartbeat', 1);
  await vi.waitFor(() => expect(answered).toEqual([1]));
  proxy.darken();
  send(client, 'Heartbeat', 2);
  const other = await proxied();
  send(other.client, 'Heartbeat', 1);
  await vi.waitFor(() => expect(other.answered).toEqual([1]));
  expect(arrived).toEqual([1]);
  proxy.enlighten();
  await vi.waitFor(() => expect(answered).toEqual([1, 2]));
});

it('reads a commit as kafkajs writes it', () => {
  const text = (value: string) => Buffer.concat([Buffer.of(0, value.length), Buffer.from(value)]);
  const body = [frame(apis.OffsetCommit << 16, 7).subarray(4), text('client'), text('group'), frame(3).subarray(4)];
  const offset = Buffer.alloc(8);
  offset.writeBigInt64BE(-2n);
  const partition = [frame(5).subarray(4), offset, Buffer.of(255, 255)];
  const topics = [frame(1).subarray(4), text('orders'), frame(1).subarray(4), ...partition];
  const whole = Buffer.concat([Buffer.alloc(4), ...body, text('member'), ...topics]);
  expect(decodeCommit(whole)).toEqual({
    group: 'group',
    generation: 3,
    offsets: [{ topic: 'orders', partition: 5, offset: -2, metadata: '' }],
  });
});
