import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HttpBalancer } from './http-balancer.ts';

async function listening(answer: RequestListener): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(answer);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const saying = (name: string): RequestListener =>
  function (request, response) {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () =>
      response.writeHead(201, { 'x-name': name }).end(`${request.method} ${request.url} ${body}`),
    );
  };

async function balancer(...targets: readonly string[]): Promise<string> {
  const opened = await HttpBalancer.start();
  onTestFinished(() => opened.close());
  opened.lead(targets);
  return opened.url;
}

const post = (url: string) => fetch(`${url}/users?x=1`, { method: 'POST', body: 'ada' });

it('passes requests and answers on, to one after the other', async () => {
  const [one, two] = [await listening(saying('one')), await listening(saying('two'))];
  const url = await balancer(one.url, two.url);
  const answers = [await post(url), await post(url), await post(url)];
  expect(answers.map(({ status, headers }) => [status, headers.get('x-name')])).toEqual([
    [201, 'one'],
    [201, 'two'],
    [201, 'one'],
  ]);
  expect(await answers[0]?.text()).toBe('POST /users?x=1 ada');
});

it('gives no answer where none comes from there, and goes on with the next', async () => {
  const [gone, one] = [await listening((request) => request.socket.destroy()), await listening(saying('one'))];
  const nobody = await listening(saying('nobody'));
  nobody.server.close();
  const url = await balancer(gone.url, nobody.url, one.url);
  await expect(post(url)).rejects.toThrow('fetch failed');
  await expect(post(url)).rejects.toThrow('fetch failed');
  expect((await post(url)).status).toBe(201);
});

it('lets go of a request whose client has hung up', async () => {
  const left = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const silent = await listening((request) => {
    request.socket.once('close', () => left.resolve());
    arrived.resolve();
  });
  const hangUp = new AbortController();
  const asking = fetch(await balancer(silent.url), { signal: hangUp.signal });
  await arrived.promise;
  hangUp.abort();
  await expect(asking).rejects.toThrow('aborted');
  await expect(left.promise).resolves.toBeUndefined();
});
