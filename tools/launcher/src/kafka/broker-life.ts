import { LaunchError } from '../launch-error.ts';
import { logTail, sizeBytes } from '../processes/log-tail.ts';
import { readyOrEnded } from '../processes/ready-or-ended.ts';
import { describeExit, type RunningProcess } from '../processes/start-process.ts';
import type { OnProgress } from '../progress.ts';
import type { Broker } from './broker.ts';
import { coordinatorAnswers } from './coordinator-answers.ts';

export interface BrokerLifeOptions {
  readonly port: number;
  readonly logFile: string;
  /** Runs the broker, which writes to `logFile` and lives as long as the process. */
  readonly run: () => Promise<RunningProcess>;
  /** Sends a signal to the broker itself. */
  readonly send: (running: RunningProcess, name: NodeJS.Signals) => Promise<void>;
  /** Hears of an end that nobody asked for. */
  readonly onProgress: OnProgress;
}

/** The life of a broker of ours, as in Broker. `start` aborted: the broker is stopped and the start rejects. */
export interface BrokerLife extends Pick<Broker, 'stop' | 'kill'> {
  start(signal?: AbortSignal): Promise<void>;
}

const readyLimitMs = 90_000;
const stopLimitMs = 40_000;

/** Not running yet; to be ended and started again at will on the same port and data. */
export function createBrokerLife(options: BrokerLifeOptions): BrokerLife {
  let running: RunningProcess | undefined;
  const start = async (signal?: AbortSignal): Promise<void> => {
    if (running) throw new LaunchError('Kafka is running already.');
    const started = await startReady(options, signal);
    running = started;
    void started.exited.then((exit) => {
      if (running !== started) return;
      running = undefined;
      const detail = `ended with ${describeExit(exit)}; its log: ${options.logFile}`;
      options.onProgress({ state: 'note', what: 'Kafka', detail });
    });
  };
  const stop = async (): Promise<void> => {
    const stopping = running;
    running = undefined;
    await stopping?.end(stopLimitMs);
  };
  const kill = async (name: NodeJS.Signals): Promise<void> => {
    const target = running;
    if (!target) return;
    if (name === 'SIGKILL') running = undefined;
    await options.send(target, name);
    if (name === 'SIGKILL') await target.exited;
  };
  return { start, stop, kill };
}

async function startReady(options: BrokerLifeOptions, signal: AbortSignal | undefined): Promise<RunningProcess> {
  const logStart = await sizeBytes(options.logFile);
  const started = await options.run();
  try {
    await becomeReady(started, options, logStart, signal);
    return started;
  } catch (error) {
    await started.end(stopLimitMs);
    throw error;
  }
}

async function becomeReady(
  { exited }: RunningProcess,
  { port, logFile }: BrokerLifeOptions,
  logStart: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const isReady = (): Promise<boolean> => coordinatorAnswers(port);
  const outcome = await readyOrEnded({ isReady, exited, limitMs: readyLimitMs, signal });
  if (outcome === 'ready') return;
  const why = outcome === 'silent' ? `no answer within ${readyLimitMs / 1000} s` : describeExit(outcome);
  throw new LaunchError(`Kafka did not start: ${why}.${await logTail(logFile, logStart)}`);
}
