import { createSystemClock } from '@millrace/messaging';
import { ClientConnection } from './client-connection.ts';
import { createConnector } from './connector.ts';
import type { HttpTarget } from './http-target.ts';
import { checkTargetOptions, type TargetOptions } from './target-options.ts';
import { targetOn } from './target-on.ts';

/** The target for one API, with connections of its own. It connects with the first call; `stop` closes it for good. */
export function createTarget(options: TargetOptions): HttpTarget {
  const clock = createSystemClock();
  const { keepAliveTimeoutMs = 1_500, connectionTtlMs = 60_000, ca } = options;
  const url = checkTargetOptions(options);
  const connect = createConnector({ url, ca });
  const lifetimeMs = () => connectionTtlMs * (1 - Math.random() / 2);
  const connectionOptions = { origin: url.origin, connect, keepAliveTimeoutMs, lifetimeMs, mark: clock.mark };
  const open = () => new ClientConnection(connectionOptions);
  return targetOn({ open, clock }, options);
}
