import type { ServiceError } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import { exitWithReason } from './exit-with-reason.ts';
import { type Service, type ServiceFields, type ServiceOptions, startService } from './start-service.ts';

/** Orchestrators ask with SIGTERM and kill after ten seconds at the earliest; we are gone before. */
const stopDeadlineMs = 9_000;

/**
 * Runs a service as this process, until SIGTERM or SIGINT: then it stops taking work, finishes what it has, and exits 0.
 * What keeps it from starting is one line on standard error and exit code 1. A part that cannot go on in this process ends it
 * with exit code 1, too, after the others have finished what they have.
 */
export async function runService<Fields extends ServiceFields>(options: ServiceOptions<Fields>): Promise<void> {
  const gaveUp = Promise.withResolvers<ServiceError>();
  const starting = startService({ ...options, gaveUp: gaveUp.resolve });
  const end = endOf(starting);
  process.on('SIGTERM', (signal) => void end(0, (log) => log.info({ signal }, 'stopping')));
  process.on('SIGINT', (signal) => void end(0, (log) => log.info({ signal }, 'stopping')));
  void gaveUp.promise.then(({ message }) => end(1, (log) => log.fatal({ reason: message }, 'cannot go on; stopping')));
  await starting.catch((error: unknown) => exitWithReason(`${options.name} cannot start`, error));
}

/** Ends the process, once; one that is still starting is stopped as soon as it has started. */
function endOf(starting: Promise<Service>): (code: number, say: (log: Logger) => void) => Promise<void> {
  let ending = false;
  return async (code, say) => {
    if (ending) return;
    ending = true;
    setTimeout(giveUp, stopDeadlineMs).unref();
    const service = await starting;
    say(service.log);
    process.exit((await service.stop()) ? code : 1);
  };
}

function giveUp(): void {
  process.stderr.write(`not stopped within ${stopDeadlineMs} ms; giving up\n`);
  process.exit(1);
}
