import type { Environment } from '../environment.ts';
import { freePort } from '../free-port.ts';
import { configuredPort, type PortSpec } from '../ports.ts';

/** The ports of one Jaeger on the loopback address. */
export interface JaegerAddress {
  /** Page and query API. */
  readonly queryPort: number;
  /** OTLP over HTTP. */
  readonly otlpPort: number;
}

export const queryPort: PortSpec = { variable: 'JAEGER_PORT', standard: 16686, purpose: "Jaeger's page" };
export const otlpPort: PortSpec = { variable: 'JAEGER_OTLP_PORT', standard: 4318, purpose: 'the spans sent to Jaeger' };

/** Settles where Jaeger will be. */
export async function chooseAddress(ports: 'standard' | 'free', env: Environment): Promise<JaegerAddress> {
  if (ports === 'free') return { queryPort: await freePort(), otlpPort: await freePort() };
  return { queryPort: configuredPort(queryPort, env), otlpPort: configuredPort(otlpPort, env) };
}

/** Where spans go under the standard ports: known before any Jaeger is there. */
export function standardOtlpEndpoint(env: Environment): string {
  return env['OTEL_EXPORTER_OTLP_ENDPOINT'] || `http://127.0.0.1:${configuredPort(otlpPort, env)}`;
}
