import { exitWithReason } from './exit-with-reason.ts';
import { type Service, type ServiceFields, type ServiceOptions, startService } from './start-service.ts';

/** Orchestrators ask with SIGTERM and kill after ten seconds at the earliest; we are gone before. */
const stopDeadlineMs = 9_000;

/**
 * Runs a service as this process, until SIGTERM or SIGINT: then it stops taking work, finishes what it has, and exits 0.
 * What keeps it from starting is one line on standard error and exit code 1.
 */
export async function runService<Fields extends ServiceFields>(options: ServiceOptions<Fields>): Promise<void> {
  const starting = startService(options);
  exitOnSignal(starting);
  await starting.catch((error: unknown) => exitWithReason(`${options.name} cannot start`, error));
}

/** Also while it starts: then it is stopped as soon as it has started. */
function exitOnSignal(starting: Promise<Service>): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    setTimeout(giveUp, stopDeadlineMs).unref();
    const service = await starting;
    service.log.info({ signal }, 'stopping');
    process.exit((await service.stop()) ? 0 : 1);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

function giveUp(): void {
  process.stderr.write(`not stopped within ${stopDeadlineMs} ms; giving up\n`);
  process.exit(1);
}
