import { Agent, request } from 'undici';
import type { PeerSettings } from './settings.ts';

/** POSTs a value the way most who use undici do: `request` on an Agent with a connection per call under way. */
export function undiciCalls({
  url,
  concurrency,
}: PeerSettings): (id: string, value: Buffer | string | null) => Promise<void> {
  const dispatcher = new Agent({ connections: concurrency, pipelining: 1 });
  return async (id, value) => {
    const headers = ['content-type', 'application/json', 'idempotency-key', id];
    const { statusCode, body } = await request(url, { method: 'POST', dispatcher, headers, body: value });
    await body.dump();
    if (statusCode !== 200) throw new Error(`POST ${url} answered ${statusCode}`);
  };
}
