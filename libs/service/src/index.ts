export type { Component } from './component.ts';
export { apiToken, apiUrl, batchConfig, commonConfig, consumerConfig, kafkaConfig, port } from './config-fields.ts';
export { type HealthSources, registerHealthRoutes } from './health-routes.ts';
export { type ConfigFields, type ConfigOf, loadConfig } from './load-config.ts';
export { runService } from './run-service.ts';
export { type BuildContext, type Service, type ServiceOptions, startService } from './start-service.ts';
export { runTask, type TaskOptions } from './run-task.ts';
