import type { Environment } from '../environment.ts';
import type { RunningProcess } from '../processes/start-process.ts';
import type { JaegerAddress } from './jaeger-address.ts';

/** A way to run Jaeger. */
export interface JaegerSource {
  /** Resolves when the process runs, before Jaeger answers. */
  run(): Promise<RunningProcess>;
  /** Once the process has ended: ends what it may have left. */
  clear(): Promise<void>;
}

export interface SourceOptions {
  readonly address: JaegerAddress;
  /** An existing folder, for the configuration. */
  readonly dataDir: string;
  readonly logFile: string;
  readonly env: Environment;
}
