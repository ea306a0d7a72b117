import type { IncomingMessage } from 'node:http';

/**
 * Reads a request's body. What lies past the limit is read and thrown away, since a client that is still sending does
 * not see the answer of a server that hangs up.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | 'too large' | 'broken off'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= limitBytes) chunks.push(chunk);
    });
    request.on('end', () => resolve(sizeBytes > limitBytes ? 'too large' : Buffer.concat(chunks)));
    request.on('error', () => resolve('broken off'));
  });
}
