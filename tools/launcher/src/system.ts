import { join, resolve } from 'node:path';
import { apiToken } from './api-token.ts';
import { createAppPart, type AppPart } from './app-part.ts';
import type { AppSpec } from './app-spec.ts';
import { apps as appTable } from './apps.ts';
import { openDataDirectory, type DataDirectory } from './data-directory.ts';
import type { Environment } from './environment.ts';
import { createKafkaPart } from './kafka-part.ts';
import type { Broker } from './kafka/broker.ts';
import { obtainBroker } from './kafka/obtain-broker.ts';
import { startParts, stopParts } from './parts.ts';
import type { ServiceProcess } from './processes/service-process.ts';
import { silence, type OnProgress } from './progress.ts';
import { planSystem, type SystemPlan } from './system-plan.ts';

export interface SystemOptions {
  /** Everything the system keeps is below it; one system at a time. */
  readonly dataDir: string;
  /** `standard`: the table's ports, each moved by its variable. `free`: any, for systems beside others. */
  readonly ports: 'standard' | 'free';
  /** On top of this process's environment, for the launcher and for every app. */
  readonly env?: Environment;
  /** On top of everything else, by the app's name. */
  readonly appEnv?: Readonly<Record<string, Environment>>;
  /** @default the worked example's */
  readonly apps?: readonly AppSpec[];
  /** A broker that its owner closes. @default obtained, and closed by `stop` */
  readonly broker?: Broker;
  /** Where the apps send their spans. @default nowhere, unless the environment says so */
  readonly otlpEndpoint?: string;
  /** @default nobody hears */
  readonly onProgress?: OnProgress;
  /** Aborted during the start: what was started is stopped, and `startSystem` rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** The worked example, up and ready. */
export interface System {
  readonly dataDir: string;
  readonly brokers: string;
  readonly broker: Broker;
  /** Where an app listens, `http://127.0.0.1:8080` for the gateway. */
  url(app: string): string;
  /** The APIs that its consumer apps call. */
  readonly apis: readonly string[];
  /** Where an API that one of its consumer apps calls is, or rather its stand-in. */
  apiUrl(api: string): string;
  /** The bearer token that an API's consumer sends. */
  apiToken(api: string): string;
  /** The process of an app that stays up. */
  service(name: string): ServiceProcess;
  /** Stops every service, each before those it needs, then the broker. Services that do not stop in time are killed. */
  stop(): Promise<void>;
}

/** Starts every app, each as soon as what it needs is ready. On any failure what was started is stopped before it rejects. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const folder = openDataDirectory(resolve(options.dataDir));
  try {
    const plan = await planSystem({ ...options, dataDir: folder.path, apps: options.apps ?? appTable });
    return await start(options, plan, folder);
  } catch (error) {
    folder.release();
    throw error;
  }
}

async function start(options: SystemOptions, plan: SystemPlan, folder: DataDirectory): Promise<System> {
  const kafka = createKafkaPart(options.broker, (signal) => obtainKafka(options, plan, folder, signal));
  const apps = createAppParts(options, plan, folder, () => kafka.broker().brokers);
  const parts = [kafka, ...apps];
  await startParts(parts, options.signal);
  const stop = async (): Promise<void> => {
    await stopParts(parts);
    folder.release();
  };
  const parties = { ...describe(folder, apps), ...describeApis(options, plan, folder) };
  return { ...parties, broker: kafka.broker(), brokers: kafka.broker().brokers, stop };
}

function obtainKafka(
  { onProgress = silence }: SystemOptions,
  { env, port }: SystemPlan,
  { path, logs }: DataDirectory,
  signal: AbortSignal,
): Promise<Broker> {
  const logFile = join(logs, 'kafka.log');
  return obtainBroker({ dataDir: join(path, 'kafka'), port: port('KAFKA_PORT'), logFile, env, onProgress, signal });
}

function createAppParts(
  { apps = appTable, onProgress = silence }: SystemOptions,
  plan: SystemPlan,
  { logs }: DataDirectory,
  brokers: () => string,
): readonly AppPart[] {
  return apps.map((app) =>
    createAppPart({ app, logs, onProgress, env: () => plan.appEnv(app, brokers), url: plan.url(app) }),
  );
}

function describe({ path }: DataDirectory, apps: readonly AppPart[]): Pick<System, 'dataDir' | 'service' | 'url'> {
  const service = (name: string): ServiceProcess => {
    const found = apps.find((app) => app.name === name)?.service;
    if (!found) throw new TypeError(`No app that stays up is called ${name}.`);
    return found;
  };
  return {
    dataDir: path,
    service,
    url: (app) => service(app).url,
  };
}

function describeApis(
  { apps = appTable }: SystemOptions,
  { port }: SystemPlan,
  { path }: DataDirectory,
): Pick<System, 'apis' | 'apiUrl' | 'apiToken'> {
  const apis = apps.flatMap(({ api }) => api ?? []);
  const apiUrl = (name: string): string => {
    const api = apis.find((each) => each.name === name);
    if (!api) throw new TypeError(`No consumer app calls an API called ${name}.`);
    return api.url(port);
  };
  return { apis: apis.map(({ name }) => name), apiUrl, apiToken: (api) => apiToken(path, api) };
}
