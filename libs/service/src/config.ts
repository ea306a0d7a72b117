/** What reads configuration, for programs that are no services: they start in half the time without the rest. */
export { commonConfig, kafkaConfig } from './config-fields.ts';
export { type ConfigFields, type ConfigOf, loadConfig } from './load-config.ts';
