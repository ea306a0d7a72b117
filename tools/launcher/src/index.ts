export type { ApiSpec, AppSpec, SystemFacts } from './app-spec.ts';
export { apps } from './apps.ts';
export { buildGo, type BuildGoOptions } from './build-go.ts';
export { cachedFolder } from './cached-folder.ts';
export { countedRun, type RunPorts } from './checks/counted-run.ts';
export { type Counts, describeCounts } from './checks/counts.ts';
export { envPrefix } from './consumer-app.ts';
export { copyJars, type CopyJarsOptions } from './copy-jars.ts';
export { Compose, type ComposeOptions } from './docker/compose.ts';
export type { Environment } from './environment.ts';
export { findOnPath } from './find-on-path.ts';
export { freePort } from './free-port.ts';
export { hearersOf } from './hearers-of.ts';
export type { Broker, ObtainBrokerOptions } from './kafka/broker.ts';
export { interruptible, Interruption } from './interruptible.ts';
export { obtainJaeger } from './jaeger/obtain-jaeger.ts';
export type { Jaeger, ObtainJaegerOptions } from './jaeger/jaeger.ts';
export { findJava, type Java } from './kafka/java.ts';
export { obtainBroker } from './kafka/obtain-broker.ts';
export {
  type ClusterBroker,
  type KafkaCluster,
  startCluster,
  type StartClusterOptions,
} from './kafka/start-cluster.ts';
export { LaunchError } from './launch-error.ts';
export type { PortSpec } from './ports.ts';
export { type Postgres, startPostgres, type StartPostgresOptions } from './postgres/start-postgres.ts';
export { temporaryDatabase } from './postgres/temporary-database.ts';
export { nodeFlags } from './processes/node-flags.ts';
export { type CommandOptions, type CommandResult, runCommand } from './processes/run-command.ts';
export type { ServiceProcess } from './processes/service-process.ts';
export { type RunningProcess, startProcess } from './processes/start-process.ts';
export { createProgressPrinter, type ProgressPrinter } from './progress-printer.ts';
export type { OnProgress, ProgressEvent } from './progress.ts';
export { standardPorts } from './standard-ports.ts';
export { startSystem, type System, type SystemOptions } from './system.ts';
