import { LaunchError } from '../launch-error.ts';
import { logTail, sizeBytes } from './log-tail.ts';
import { startApp, type AppProcessOptions } from './start-app.ts';
import { describeExit } from './start-process.ts';

/** Runs an app to its end. Rejects with the end of its log when it fails; aborted, it is killed. */
export async function runOnce(name: string, options: AppProcessOptions, signal: AbortSignal): Promise<void> {
  const logStart = await sizeBytes(options.logFile);
  const running = await startApp(options);
  const kill = (): void => running.signal('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  const exit = await running.exited;
  signal.removeEventListener('abort', kill);
  signal.throwIfAborted();
  if (exit.code === 0) return;
  throw new LaunchError(`${name} ended with ${describeExit(exit)}.${await logTail(options.logFile, logStart)}`);
}
