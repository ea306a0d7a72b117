import type { Environment } from '../environment.ts';
import type { OnProgress } from '../progress.ts';

/** A Kafka to work with, and its life where it is ours. */
export interface Broker {
  /** Bootstrap addresses: `host:port[,host:port]`. */
  readonly brokers: string;
  /** `given`: by KAFKA_BROKERS. It is not ours: `stop`, `kill` and `start` reject with a LaunchError, `close` does nothing. */
  readonly kind: 'given' | 'docker' | 'maven';
  /** Stops it gracefully; resolves when it has ended. `start` brings it back on the same port and data. */
  stop(): Promise<void>;
  /** Sends a signal; after SIGKILL it resolves when the broker has ended, after another signal at once. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Resolves when it answers again. */
  start(): Promise<void>;
  /** Stops it for good, and deletes data that is temporary. */
  close(): Promise<void>;
}

export interface ObtainBrokerOptions {
  /** The broker's own folder: configuration, log, and data where no container keeps it. */
  readonly dataDir: string;
  /** Where clients reach it on 127.0.0.1. */
  readonly port: number;
  /** `temporary`: `close` deletes the data, for tests. @default 'kept' */
  readonly data?: 'kept' | 'temporary';
  /** Where its output goes, from the beginning. @default kafka.log in `dataDir` */
  readonly logFile?: string;
  /** KAFKA_BROKERS, JAVA_HOME, XDG_CACHE_HOME, PATH. @default process.env */
  readonly env?: Environment;
  /** @default nobody hears */
  readonly onProgress?: OnProgress;
  /** Aborted: what was begun is undone and `obtainBroker` rejects. */
  readonly signal?: AbortSignal | undefined;
}
