import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { AppSpec } from './app-spec.ts';
import type { Environment } from './environment.ts';
import type { Part } from './parts.ts';
import { runOnce } from './processes/run-once.ts';
import { ServiceProcess } from './processes/service-process.ts';
import type { AppProcessOptions } from './processes/start-app.ts';
import { describeExit } from './processes/start-process.ts';
import { tracked, type OnProgress } from './progress.ts';

export interface AppPartOptions {
  readonly app: AppSpec;
  /** Its environment, asked for at each start. */
  readonly env: () => Environment;
  /** The folder of its log, which begins empty. */
  readonly logs: string;
  /** Where it listens; only for an app that stays up. */
  readonly url: string;
  readonly onProgress: OnProgress;
}

export interface AppPart extends Part {
  /** Undefined for an app that runs once. */
  readonly service: ServiceProcess | undefined;
}

/** An app as a part of a system. */
export function createAppPart(options: AppPartOptions): AppPart {
  const { app, env, logs } = options;
  const logFile = join(logs, `${app.name}.log`);
  writeFileSync(logFile, '');
  const run = { main: app.main, env, logFile };
  return app.runs === 'once' ? oncePart(options, run) : servicePart(options, run);
}

function oncePart({ app: { name, needs }, onProgress }: AppPartOptions, run: AppProcessOptions): AppPart {
  const start = (signal: AbortSignal): Promise<void> => tracked(onProgress, name, () => runOnce(name, run, signal));
  return { name, needs, start, stop: async () => undefined, service: undefined };
}

function servicePart({ app: { name, needs }, url, onProgress }: AppPartOptions, run: AppProcessOptions): AppPart {
  const service = new ServiceProcess({
    ...run,
    name,
    url,
    onUnexpectedEnd: (exit) =>
      onProgress({ state: 'note', what: name, detail: `ended with ${describeExit(exit)}; its log: ${run.logFile}` }),
  });
  return {
    name,
    needs,
    service,
    start: () =>
      tracked(
        onProgress,
        name,
        () => service.start(),
        () => url,
      ),
    stop: async () => void (await service.stop()),
  };
}
