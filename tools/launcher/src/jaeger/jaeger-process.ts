import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { LaunchError } from '../launch-error.ts';
import { answersOk } from '../processes/answers-ok.ts';
import { logTail } from '../processes/log-tail.ts';
import { readyOrEnded } from '../processes/ready-or-ended.ts';
import { describeExit, startProcess, type RunningProcess } from '../processes/start-process.ts';
import { withLog } from '../processes/with-log.ts';
import type { JaegerAddress } from './jaeger-address.ts';
import { jaegerConfig } from './jaeger-config.ts';

const readyLimitMs = 30_000;

export interface JaegerProcessOptions {
  readonly binary: string;
  readonly address: JaegerAddress;
  /** For its configuration. */
  readonly dataDir: string;
  readonly logFile: string;
  readonly env: Environment;
}

/** Runs a Jaeger binary; resolves when the process runs, before it answers. */
export async function runJaeger({
  binary,
  address,
  dataDir,
  logFile,
  env,
}: JaegerProcessOptions): Promise<RunningProcess> {
  const config = join(dataDir, 'jaeger.yaml');
  await writeFile(config, jaegerConfig(address));
  return withLog(logFile, (log) =>
    startProcess({
      command: binary,
      args: ['--config', config],
      // Else it traces itself, and stops only after it has tried to send those spans for ten seconds.
      env: { ...env, OTEL_TRACES_SAMPLER: 'always_off' },
      stdio: ['ignore', log, log],
    }),
  );
}

/** Resolves when Jaeger answers queries; otherwise it is ended and this rejects. */
export async function jaegerReady(
  running: RunningProcess,
  { queryPort }: JaegerAddress,
  logFile: string,
  signal: AbortSignal,
): Promise<void> {
  const isReady = (): Promise<boolean> => answersOk(`http://127.0.0.1:${queryPort}/api/services`);
  const outcome = await readyOrEnded({ isReady, exited: running.exited, limitMs: readyLimitMs, signal }).catch(
    () => 'silent' as const,
  );
  if (outcome === 'ready') return;
  await running.end(5_000);
  signal.throwIfAborted();
  const why = outcome === 'silent' ? `no answer within ${readyLimitMs / 1000} s` : describeExit(outcome);
  throw new LaunchError(`Jaeger did not start: ${why}.${await logTail(logFile)}`);
}
