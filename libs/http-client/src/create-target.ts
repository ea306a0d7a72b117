import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { createAttempt } from './attempt.ts';
import type { HttpTarget } from './http-target.ts';
import { checkTargetOptions, type TargetOptions } from './target-options.ts';

/** What calls still running get to end by themselves when the target is stopped. */
const stopGraceMs = 500;

/** The target for one API, with connections of its own. It connects with the first call; `stop` closes it for good. */
export function createTarget(options: TargetOptions): HttpTarget {
  const url = checkTargetOptions(options);
  const pool = createPool(url, options);
  const attempt = createAttempt(pool, url, options);
  let closed: Promise<void> | undefined;
  return {
    name: options.name,
    send: async (request) => {
      const attempted = await attempt(request);
      if (attempted.kind === 'unanswered') throw attempted.error;
      return attempted.answer;
    },
    post: async (path, json, { signal, idempotencyKey, attempt: number, order, log }) => {
      const attempted = await attempt({
        method: 'POST',
        path,
        json,
        signal,
        idempotencyKey,
        attempt: number,
        order,
        log,
      });
      if (attempted.kind !== 'accepted') throw attempted.error;
      return attempted.answer;
    },
    stop: () => (closed ??= closePool(pool)),
  };
}

/** No pipelining, so that no answer waits behind another and no request is ever sent again; the deadline is our own. */
function createPool(url: URL, { timeoutMs, connections = 256, keepAliveTimeoutMs = 2_000 }: TargetOptions): Pool {
  return new Pool(url.origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    connectTimeout: timeoutMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveTimeoutMs,
    keepAliveMaxTimeout: keepAliveTimeoutMs,
  });
}

async function closePool(pool: Pool): Promise<void> {
  await Promise.race([pool.close(), delay(stopGraceMs, undefined, { ref: false })]);
  await pool.destroy();
}
