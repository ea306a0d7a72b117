import { createSystemClock } from '@millrace/messaging';
import { Pool } from 'undici';
import type { HttpTarget } from './http-target.ts';
import { checkTargetOptions, type TargetOptions } from './target-options.ts';
import { targetOn } from './target-on.ts';

/** The target for one API, with connections of its own. It connects with the first call; `stop` closes it for good. */
export function createTarget(options: TargetOptions): HttpTarget {
  return targetOn({ dispatcher: createPool(options), clock: createSystemClock() }, options);
}

/** No pipelining, so that no answer waits behind another and no request is ever sent again; the deadline is our own. */
function createPool(options: TargetOptions): Pool {
  const { timeoutMs, connections = 256, keepAliveTimeoutMs = 2_000 } = options;
  return new Pool(checkTargetOptions(options).origin, {
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
