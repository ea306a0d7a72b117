import type { IncomingMessage } from 'node:http';

/**
 * Reads and drops what is still to come of a request: a client that is sending does not see the answer of a server that
 * hangs up. Resolves when the request is over, however it ends; the server's request timeout bounds that.
 */
export function readToEnd(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (request.readableEnded || request.destroyed) return resolve();
    request.once('end', resolve).once('close', resolve).resume();
  });
}
