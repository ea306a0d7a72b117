import { apps } from './apps.ts';
import { otlpPort, queryPort } from './jaeger/jaeger-address.ts';
import { kafkaPort } from './kafka/kafka-port.ts';
import type { PortSpec } from './ports.ts';

/** Every port of the worked example on its standard ports. */
export const standardPorts: readonly PortSpec[] = [
  ...apps.flatMap(({ ports }) => ports),
  kafkaPort,
  queryPort,
  otlpPort,
];
