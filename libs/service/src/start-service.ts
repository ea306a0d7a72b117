import type { AddressInfo } from 'node:net';
import { createHttpServer, type HttpServer } from '@millrace/http-server';
import { ServiceError } from '@millrace/messaging';
import { createLogger, type Logger } from '@millrace/telemetry';
import { startTelemetry, type TelemetryOptions } from '@millrace/telemetry/start';
import type { z } from 'zod';
import type { Component } from './component.ts';
import { commonConfig } from './config-fields.ts';
import { registerHealthRoutes } from './health-routes.ts';
import { type KafkaPorts, kafkaPorts } from './kafka-ports.ts';
import { startAll, stopAll } from './lifecycle.ts';
import { type ConfigFields, type ConfigOf, loadConfig } from './load-config.ts';

/** The variables of one service. `KAFKA_BROKERS`, from `kafkaConfig`, is what makes consumers and producers available. */
export type ServiceFields = ConfigFields & {
  readonly PORT: z.ZodType<number>;
  readonly KAFKA_BROKERS?: z.ZodType<string[]>;
};

/** What startService itself reads. */
interface ServiceConfig extends ConfigOf<typeof commonConfig> {
  readonly PORT: number;
  readonly KAFKA_BROKERS?: readonly string[] | undefined;
}

export interface ServiceOptions<Fields extends ServiceFields> {
  /** The service's name in logs, traces and metrics. */
  readonly name: string;
  /** The variables this service reads beside {@link commonConfig}. */
  readonly config: Fields;
  /** Makes the parts of the service, in the order in which they start. Routes are registered on `http`. */
  readonly build: (context: BuildContext<Fields>) => readonly Component[];
  /** @default the process's environment */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Told of a part that cannot go on in this process, which another process might. @default nobody is told */
  readonly gaveUp?: (reason: ServiceError) => void;
  /** @default what OpenTelemetry's variables say */
  readonly spanProcessors?: NonNullable<TelemetryOptions['spanProcessors']>;
}

export interface BuildContext<Fields extends ServiceFields> extends KafkaPorts {
  readonly config: ConfigOf<Fields & typeof commonConfig>;
  readonly log: Logger;
  readonly http: HttpServer;
}

/** A service that runs in this process. */
export interface Service {
  readonly log: Logger;
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no new work, finishes what it has, stops every part in reverse order; true if all went well. */
  stop(): Promise<boolean>;
}

/** Starts a service in this process: configuration, telemetry, its components, and last the HTTP server. */
export async function startService<Fields extends ServiceFields>(options: ServiceOptions<Fields>): Promise<Service> {
  const { name, environment = process.env, spanProcessors, gaveUp } = options;
  const config = loadConfig({ ...commonConfig, ...options.config }, environment);
  const { HOST, PORT, LOG_LEVEL, KAFKA_BROKERS } = config as ServiceConfig;
  const telemetry = startTelemetry({ service: name, ...(spanProcessors && { spanProcessors }) });
  const log = createLogger({ service: name, level: LOG_LEVEL });
  const http = createHttpServer({ log });
  const kafka = kafkaPorts({ clientId: name, brokers: KAFKA_BROKERS, log, gaveUp });
  const parts = options.build({ config, log, http, ...kafka });
  const components = [...parts, listener(http, HOST, PORT)];
  let stopping = false;
  registerHealthRoutes(http, { components, telemetry, stopping: () => stopping });

  await startAll(components, log);
  const url = `http://${HOST}:${(http.server.address() as AddressInfo).port}`;
  log.info({ url }, 'started');
  const stop = async () => {
    stopping = true;
    const clean = await stopAll(components, log);
    log.info('stopped');
    await telemetry.stop();
    return clean;
  };
  return { log, url, stop };
}

/** The HTTP server, as the last component: it takes requests only when all else works, and is the first to stop. */
function listener(http: HttpServer, host: string, port: number): Component {
  return {
    name: 'http',
    start: async () => {
      await http.listen({ host, port }).catch((error: unknown) => {
        throw portTaken(error) ? takenPort(port, error) : error;
      });
    },
    stop: () => http.close(),
  };
}

const portTaken = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

function takenPort(port: number, cause: unknown): ServiceError {
  return new ServiceError('CONFIG_INVALID', `port ${port} is taken; stop what uses it, or set PORT to another`, {
    cause,
  });
}
