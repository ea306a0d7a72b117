import { createAttempt } from './attempt.ts';
import type { TargetPorts } from './exchange.ts';
import type { HttpTarget } from './http-target.ts';
import { checkTargetOptions, type TargetOptions } from './target-options.ts';

/** What calls still running get to end by themselves when the target is stopped. */
const stopGraceMs = 500;

/** The target for one API on `ports`; `stop` closes the dispatcher for good. Throws `CONFIG_INVALID` for wrong options. */
export function targetOn(ports: TargetPorts, options: TargetOptions): HttpTarget {
  const attempt = createAttempt(ports, checkTargetOptions(options), options);
  let closed: Promise<void> | undefined;
  return {
    name: options.name,
    closedForMs: () => undefined,
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
    stop: () => (closed ??= close(ports)),
  };
}

async function close({ dispatcher, clock }: TargetPorts): Promise<void> {
  const grace = Promise.withResolvers<void>();
  const stopWaiting = clock.after(stopGraceMs, grace.resolve);
  await Promise.race([dispatcher.close(), grace.promise]);
  stopWaiting();
  await dispatcher.destroy();
}
