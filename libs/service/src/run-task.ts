import { createLogger, type Logger } from '@millrace/telemetry';
import { commonConfig } from './config-fields.ts';
import { exitWithReason } from './exit-with-reason.ts';
import { type ConfigFields, type ConfigOf, loadConfig } from './load-config.ts';

const taskConfig = { LOG_LEVEL: commonConfig.LOG_LEVEL };

export interface TaskOptions<Fields extends ConfigFields> {
  readonly name: string;
  /** The variables this task reads beside LOG_LEVEL. */
  readonly config: Fields;
  readonly run: (context: { readonly config: ConfigOf<Fields>; readonly log: Logger }) => Promise<void>;
}

/** Runs a program that does one thing and ends: exit code 0, or 1 with one line on standard error that says why. */
export async function runTask<Fields extends ConfigFields>({
  name,
  config: fields,
  run,
}: TaskOptions<Fields>): Promise<void> {
  try {
    const { LOG_LEVEL } = loadConfig(taskConfig);
    await run({ config: loadConfig(fields), log: createLogger({ service: name, level: LOG_LEVEL }) });
  } catch (error) {
    exitWithReason(`${name} failed`, error);
  }
  process.exit(0);
}
