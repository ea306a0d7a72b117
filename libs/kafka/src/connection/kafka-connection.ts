import type { Logger } from '@millrace/telemetry';
import { Kafka } from 'kafkajs';
import { type BrokerRoute, BrokerSockets } from './broker-sockets.ts';
import { BrokerWatch } from './broker-watch.ts';
import { kafkaLogCreator, kafkaLogLevel } from './kafka-log.ts';
import { silenceNegativeTimeoutWarning } from './negative-timeout-warning.ts';
import { registerZstd } from './zstd-codec.ts';

export interface KafkaOptions {
  /** `host:port` of any brokers of the cluster; the others are found through them. */
  readonly brokers: readonly string[];
  /** The service's name, as brokers see it. */
  readonly clientId: string;
  readonly log: Logger;
  /** Where brokers are reached otherwise than at the addresses that they go by, as through a tunnel. @default nowhere */
  readonly route?: BrokerRoute;
}

/** Where Kafka is; made once per service, for its sources, producers and administration. It has no connection of its own. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly log: Logger;
  /** For this library alone: a kafkajs client, whose owner closes it. */
  open(options: ClientOptions): KafkaClient;
}

export interface ClientOptions {
  readonly retries: number;
  /** Before the first of them, in ms; each takes twice as long, 0.3 s at the most. @default 100 */
  readonly initialRetryTime?: number;
}

/** A kafkajs client that can be ended whatever it is doing. */
export interface KafkaClient {
  readonly kafka: Kafka;
  /** The retries that kafkajs is to be given again where it takes its own defaults otherwise. */
  readonly retry: typeof backoff & { readonly retries: number };
  readonly closed: () => boolean;
  /** Breaks its connections and ends its attempts to make new ones, also in the middle of an outage. */
  close(): void;
}

/** For clients that are to outlast any outage. */
export const endlessRetries = 1_000_000;

const connectionTimeout = 3_000;
const requestTimeout = 10_000;
/**
 * All of them, since kafkajs has other defaults where NODE_ENV is `test`. After a leader is lost, kafkajs asks who leads now and
 * pauses before it acts on the answer: two of the longest pauses come on top of what the brokers take to choose.
 */
const backoff = { initialRetryTime: 100, maxRetryTime: 300, multiplier: 2, factor: 0.2 };

/** Names the cluster; nothing connects before a source, a producer or an administrative call asks for it. */
export function createKafka({ brokers, clientId, log, route }: KafkaOptions): KafkaConnection {
  silenceNegativeTimeoutWarning();
  registerZstd();
  const watch = new BrokerWatch(log);
  const open: KafkaConnection['open'] = (options) => {
    const sockets = new BrokerSockets(watch, connectionTimeout, route);
    const retry = { ...backoff, ...options };
    const kafka = new Kafka({
      clientId,
      // The one way to end kafkajs' search for a broker: an empty list is an error that it does not retry.
      brokers: () => (sockets.closed ? [] : [...brokers]),
      retry,
      connectionTimeout,
      requestTimeout,
      socketFactory: sockets.factory,
      logLevel: kafkaLogLevel(log),
      logCreator: kafkaLogCreator(log),
    });
    return { kafka, retry, closed: () => sockets.closed, close: () => sockets.close() };
  };
  return { brokers, log, open };
}
