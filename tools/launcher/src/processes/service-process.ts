import { LaunchError } from '../launch-error.ts';
import { answersOk } from './answers-ok.ts';
import { logTail, sizeBytes } from './log-tail.ts';
import { readyOrEnded } from './ready-or-ended.ts';
import { startApp, type AppProcessOptions } from './start-app.ts';
import { describeExit, type Exit, type RunningProcess } from './start-process.ts';

export interface ServiceOptions extends AppProcessOptions {
  readonly name: string;
  /** Where its /readyz is. */
  readonly url: string;
  /** Past it a start has failed. @default 60000 */
  readonly readyLimitMs?: number;
  /** From SIGTERM to SIGKILL. @default 15000 */
  readonly stopLimitMs?: number;
  /** Hears of an end that nobody asked for once the service was ready. @default nobody */
  readonly onUnexpectedEnd?: (exit: Exit) => void;
}

/** One service that stays up, to be ended and started again at will; always on the same port and log file. */
export class ServiceProcess {
  readonly #options: ServiceOptions;
  #running: RunningProcess | undefined;
  #expectedToEnd = false;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get url(): string {
    return this.#options.url;
  }

  get logFile(): string {
    return this.#options.logFile;
  }

  /** Undefined while it is not running. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** Resolves when /readyz says 200. Rejects with the end of its log when it ends before, or is not ready in time. */
  async start(): Promise<void> {
    if (this.#running) throw new LaunchError(`${this.name} is running already.`);
    const logStart = await sizeBytes(this.logFile);
    const running = await startApp(this.#options);
    this.#running = running;
    this.#expectedToEnd = false;
    const ended = running.exited.then((exit) => this.#forget(exit));
    await this.#ready(ended, logStart);
    void ended.then((exit) => {
      if (!this.#expectedToEnd) this.#options.onUnexpectedEnd?.(exit);
    });
  }

  /** Sends any signal to it. After SIGKILL it resolves when it has ended, after another signal at once. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#expectedToEnd = true;
    this.#running?.signal(signal);
    if (signal === 'SIGKILL') await this.#running?.exited;
  }

  /** Asks it to stop by SIGTERM and resolves with its exit code; null when a signal ended it, or when it was not running. */
  async stop(): Promise<number | null> {
    this.#expectedToEnd = true;
    const exit = await this.#running?.end(this.#options.stopLimitMs ?? 15_000);
    return exit?.code ?? null;
  }

  async #ready(exited: Promise<Exit>, logStart: number): Promise<void> {
    const { url, readyLimitMs: limitMs = 60_000 } = this.#options;
    const outcome = await readyOrEnded({ isReady: () => answersOk(`${url}/readyz`), exited, limitMs });
    if (outcome === 'ready') return;
    const tail = await logTail(this.logFile, logStart);
    if (outcome !== 'silent')
      throw new LaunchError(`${this.name} ended with ${describeExit(outcome)} while starting.${tail}`);
    await this.stop();
    throw new LaunchError(`${this.name} was not ready after ${limitMs / 1000} s (GET ${url}/readyz).${tail}`);
  }

  #forget(exit: Exit): Exit {
    this.#running = undefined;
    return exit;
  }
}
