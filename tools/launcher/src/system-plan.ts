import { apiToken } from './api-token.ts';
import type { AppSpec } from './app-spec.ts';
import type { Environment } from './environment.ts';
import { freePort } from './free-port.ts';
import { kafkaPort } from './kafka/kafka-port.ts';
import { loopback } from './loopback.ts';
import { configuredPort, requireFreePort } from './ports.ts';

/** Where everything of a system will be, settled before anything starts. */
export interface SystemPlan {
  /** What every app's environment begins with. */
  readonly env: Environment;
  /** The port behind each variable of the app table, and KAFKA_PORT. */
  port(variable: string): number;
  /** Where an app listens; empty for one that does not. */
  url(app: AppSpec): string;
  /** The environment of one app; Kafka's addresses are asked for by those that need them. */
  appEnv(app: AppSpec, brokers: () => string): Environment;
}

/** As in SystemOptions. */
export interface PlanOptions {
  readonly dataDir: string;
  readonly ports: 'standard' | 'free';
  readonly apps: readonly AppSpec[];
  readonly env?: Environment;
  readonly appEnv?: Readonly<Record<string, Environment>>;
  readonly otlpEndpoint?: string;
}

/** Settles every port; a LaunchError names the first that is taken. Kafka's is checked by whoever starts Kafka. */
export async function planSystem(options: PlanOptions): Promise<SystemPlan> {
  const { apps, dataDir, otlpEndpoint } = options;
  const env = { ...process.env, ...options.env };
  const ports = options.ports === 'free' ? await freePorts(apps) : await standardPorts(apps, env);
  const port = (variable: string): number => known(ports, variable);
  const telemetry = otlpEndpoint === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint };
  const token = (api: string): string => apiToken(dataDir, api);
  return {
    env,
    port,
    url: ({ ports: [first] }) => (first ? loopback(port(first.variable)) : ''),
    appEnv: (app, brokers) => ({
      ...env,
      ...telemetry,
      ...app.env({
        dataDir,
        port,
        token,
        get brokers() {
          return brokers();
        },
      }),
      ...options.appEnv?.[app.name],
    }),
  };
}

async function freePorts(apps: readonly AppSpec[]): Promise<Map<string, number>> {
  const specs = [kafkaPort, ...apps.flatMap((app) => app.ports)];
  return new Map(await Promise.all(specs.map(async ({ variable }) => [variable, await freePort()] as const)));
}

async function standardPorts(apps: readonly AppSpec[], env: Environment): Promise<Map<string, number>> {
  const specs = apps.flatMap((app) => app.ports);
  const ports = new Map([kafkaPort, ...specs].map((spec) => [spec.variable, configuredPort(spec, env)]));
  for (const spec of specs) await requireFreePort(spec, known(ports, spec.variable));
  return ports;
}

function known(ports: ReadonlyMap<string, number>, variable: string): number {
  const port = ports.get(variable);
  if (port === undefined) throw new TypeError(`No port of the app table is called ${variable}.`);
  return port;
}
