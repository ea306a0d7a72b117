import { constants } from 'node:os';
import { whenOrphaned } from '../bootstrap/when-orphaned.js';

/** The end of a run that a signal or an unforeseen error has asked for. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

// A terminal's Ctrl-C may arrive twice, from the terminal and from the process that started this one.
const sameKeyMs = 1_000;

/**
 * Aborted, with an Interruption as its reason, by SIGINT, SIGTERM, SIGHUP, an exception that nobody caught, or, under npm, the
 * end of the process that started this one. From then on what is running has to be stopped; asked again, more than a second
 * later, the process exits at once.
 */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  let first = Number.POSITIVE_INFINITY;
  const onSignal = (name: NodeJS.Signals): void => {
    const exitCode = 128 + constants.signals[name];
    if (performance.now() - first > sameKeyMs) process.exit(exitCode);
    first = Math.min(first, performance.now());
    controller.abort(new Interruption(name, exitCode));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  whenOrphaned(() => onSignal('SIGTERM'));
  process.on('uncaughtException', (error) => {
    console.error(error);
    controller.abort(new Interruption('an unforeseen error', 1, { cause: error }));
  });
  // A closed terminal must not turn the orderly stop into a crash.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return controller.signal;
}
