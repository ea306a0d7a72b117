import type { Clock } from '@millrace/messaging';
import { createAttempt } from './attempt.ts';
import { CircuitBreaker } from './breaker/circuit-breaker.ts';
import { createBreakerListener, showBreaker } from './breaker/observe-breaker.ts';
import { Connections, type ConnectionsOptions } from './connections.ts';
import type { HttpTarget } from './http-target.ts';
import { showQuota } from './quota/observe-quota.ts';
import { QuotaGate } from './quota/quota-gate.ts';
import { checkTargetOptions, defaultKeyTtlMs, type TargetOptions } from './target-options.ts';

/** When to ask again where too many calls wait for a connection. */
const askAgainMs = 50;

/** The target for one API on connections that `open` makes. Throws `CONFIG_INVALID` for wrong options. */
export function targetOn(ports: Pick<ConnectionsOptions, 'open' | 'clock'>, options: TargetOptions): HttpTarget {
  const baseUrl = checkTargetOptions(options);
  const { name, timeoutMs, connections: most = 1_024, waiting = 4_096 } = options;
  const { connectTimeoutMs: connect, headersTimeoutMs: headers, bodyTimeoutMs: body } = options;
  const phaseTimeouts = { connect, headers, body };
  const connections = new Connections({ ...ports, connections: most, waiting, timeoutMs, phaseTimeouts });
  const breaker = createBreaker(options, most, ports.clock);
  const quota = new QuotaGate({ quota: options.quota, clock: ports.clock });
  const attempt = createAttempt(connections, { ...options, baseUrl, breaker, gate: quota, clock: ports.clock });
  const hide = [...(breaker ? [showBreaker(name, breaker)] : []), showQuota(name, quota)];
  const crowdedMs = () => (connections.isCrowded ? askAgainMs : undefined);
  return {
    name,
    keyTtlMs: options.idempotent === false ? 0 : (options.keyTtlMs ?? defaultKeyTtlMs),
    closedForMs: () => breaker?.closedForMs() ?? crowdedMs() ?? quota.closedForMs(),
    isProbing: () => breaker?.isProbing() ?? false,
    turnStarted: () => {
      breaker?.turnStarted();
      quota.turnStarted();
    },
    turnEnded: () => {
      breaker?.turnEnded();
      quota.turnEnded();
    },
    quota: options.quota && quota,
    heldBackMs: () => (breaker?.heldBackMs() ?? 0) + quota.pausedMs(),
    state: () => {
      const { breaker: state = 'closed', why = quota.why } = breaker?.state() ?? {};
      const closedForMs = breaker?.closedForMs() ?? crowdedMs() ?? quota.state.closedForMs;
      return { breaker: state, why, closedForMs };
    },
    send: (request) => attempt(request, request, 'any answer'),
    post: (path, json, call) => attempt({ method: 'POST', path, json }, call, 'success'),
    stop: () => {
      for (const end of hide) end();
      return connections.close();
    },
  };
}

function createBreaker(
  { name, log, breaker }: TargetOptions,
  fullFlow: number,
  clock: Clock,
): CircuitBreaker | undefined {
  if (breaker === false) return undefined;
  return new CircuitBreaker({ options: breaker ?? {}, clock, fullFlow, listener: createBreakerListener(name, log) });
}
