import { AsyncLocalStorage } from 'node:async_hooks';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';

export interface ConnectorOptions {
  /** Http or https. */
  readonly url: URL;
  /** Certificates to trust, in PEM. @default those that Node trusts */
  readonly ca?: string | undefined;
  /** Asked for the address each time. @default the operating system's */
  readonly lookup?: LookupFunction | undefined;
}

/** Begins to make a socket; `done` is told once how that ended, unless the socket is destroyed first. */
export type Connect = (done: buildConnector.Callback) => Socket;

/**
 * Makes sockets to the host of a URL. They outlive the call that needed the first one, so whatever they do happens in the
 * asynchronous context in which this was called, not in that call's trace.
 */
export function createConnector(options: ConnectorOptions): Connect {
  const inOwnContext = AsyncLocalStorage.snapshot();
  const connect = options.url.protocol === 'https:' ? tlsConnect(options) : tcpConnect(options);
  return (done) => inOwnContext(connect, done);
}

function tcpConnect({ url, lookup }: ConnectorOptions): Connect {
  const { host, port } = addressOf(url, 80);
  return (done) => watched(connectTcp({ host, port, ...(lookup && { lookup }) }), 'connect', done);
}

/** Connections share one TLS session: a resumed handshake costs a fraction of a full one. */
function tlsConnect({ url, ca, lookup }: ConnectorOptions): Connect {
  const { host, port } = addressOf(url, 443);
  const servername = isIP(host) ? '' : host;
  let session: Buffer | undefined;
  return (done) => {
    const known = { ...(ca !== undefined && { ca }), ...(lookup && { lookup }), ...(session && { session }) };
    const socket = connectTls({ host, port, servername, ALPNProtocols: ['http/1.1'], ...known });
    socket.on('session', (latest: Buffer) => {
      session = latest;
    });
    return watched(socket, 'secureConnect', done);
  };
}

function watched(socket: Socket, connected: 'connect' | 'secureConnect', done: buildConnector.Callback): Socket {
  const failed = (error: Error) => done(error, null);
  socket.once('error', failed);
  socket.once(connected, () => {
    socket.off('error', failed);
    done(null, socket);
  });
  return socket.setNoDelay(true).setKeepAlive(true, tcpKeepAliveMs);
}

/** So that a connection that a firewall forgot is noticed before the next request is lost on it. */
const tcpKeepAliveMs = 60_000;

function addressOf({ hostname, port }: URL, defaultPort: number) {
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || defaultPort };
}
