import { createAttempt } from './attempt.ts';
import { Connections, type ConnectionsOptions } from './connections.ts';
import type { HttpTarget } from './http-target.ts';
import { checkTargetOptions, type TargetOptions } from './target-options.ts';

/** When to ask again where too many calls wait for a connection. */
const askAgainMs = 50;

/** The target for one API on connections that `open` makes. Throws `CONFIG_INVALID` for wrong options. */
export function targetOn(ports: Pick<ConnectionsOptions, 'open' | 'clock'>, options: TargetOptions): HttpTarget {
  const baseUrl = checkTargetOptions(options);
  const { name, timeoutMs, token, log, connections: most = 1_024, waiting = 4_096 } = options;
  const connections = new Connections({ ...ports, connections: most, waiting, timeoutMs });
  const attempt = createAttempt(connections, { name, baseUrl, timeoutMs, token, log, clock: ports.clock });
  return {
    name,
    closedForMs: () => (connections.isCrowded ? askAgainMs : undefined),
    send: (request) => attempt(request, request, 'any answer'),
    post: (path, json, call) => attempt({ method: 'POST', path, json }, call, 'success'),
    stop: () => connections.close(),
  };
}
