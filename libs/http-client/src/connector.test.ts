import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { createSystemClock } from '@millrace/messaging';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClientConnection } from './client-connection.ts';
import { createConnector } from './connector.ts';
import { createTarget } from './create-target.ts';
import { targetOn } from './target-on.ts';
import { captureLog } from './testing/captured-log.ts';
import { startLocalApi } from './testing/local-api.ts';

const { log } = captureLog();
const call = { signal: new AbortController().signal };

/** Made by openssl, which Node cannot replace; signs itself, for localhost. */
function makeCertificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const what = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
  const names = ['-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', ...what.split(' '), ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

describe('an API behind TLS', () => {
  it('is called where its certificate is among those to trust, and a second handshake is a short one', async () => {
    const certificate = makeCertificate();
    const resumed: boolean[] = [];
    const server = createServer({ ...certificate }, (request, response) => {
      resumed.push((request.socket as TLSSocket).isSessionReused());
      response.writeHead(200, { connection: 'close' }).end('{}');
    });
    server.listen(0, 'localhost');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const baseUrl = `https://localhost:${(server.address() as AddressInfo).port}`;
    const trusting = createTarget({ name: 'crm', baseUrl, timeoutMs: 5_000, ca: certificate.cert, log });
    const strict = createTarget({ name: 'crm', baseUrl, timeoutMs: 5_000, log });
    for (let calls = 0; calls < 2; calls += 1)
      expect(await trusting.post('/', {}, call)).toMatchObject({ status: 200 });
    await expect(strict.post('/', {}, call)).rejects.toMatchObject({ code: 'API_UNREACHABLE', notSent: true });
    expect(resumed).toEqual([false, true]);
    await Promise.all([trusting.stop(), strict.stop()]);
  });
});

describe('an API that has moved', () => {
  it.skipIf(process.platform !== 'linux')(
    'is called at its new address when the connection has had its time (a second loopback address: only Linux has one)',
    async () => {
      const calledAt: unknown[] = [];
      const answer: RequestListener = ({ socket }, response) => {
        calledAt.push(socket.localAddress);
        response.end();
      };
      await using api = await startLocalApi(answer, '0.0.0.0');
      let [address, nowMs] = ['127.0.0.1', 0];
      const lookup: LookupFunction = (_name, _options, done) => done(null, [{ address, family: 4 }]);
      const url = new URL(api.url.replace(/\/\/[^:]+/, '//api.test'));
      const connect = createConnector({ url, lookup });
      const options = { origin: url.origin, connect, keepAliveTimeoutMs: 30_000, lifetimeMs: () => 60_000 };
      const open = () => new ClientConnection({ ...options, mark: () => nowMs });
      const crm = targetOn(
        { open, clock: createSystemClock() },
        { name: 'crm', baseUrl: url.href, timeoutMs: 5_000, log },
      );
      onTestFinished(() => crm.stop());
      await crm.post('/', {}, call);
      address = '127.0.0.2';
      for (nowMs of [59_999, 60_000, 60_001]) await crm.post('/', {}, call);
      expect(calledAt).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.2']);
      expect(api.sockets).toHaveLength(2);
    },
  );
});
