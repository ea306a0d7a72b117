import type { PortSpec } from '../ports.ts';

/** Where clients reach the Kafka that the launcher starts. */
export const kafkaPort: PortSpec = { variable: 'KAFKA_PORT', standard: 9092, purpose: 'Kafka' };
