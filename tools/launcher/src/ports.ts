import type { Environment } from './environment.ts';
import { LaunchError } from './launch-error.ts';
import { portIsFree } from './port-is-free.ts';

/** One port of the system: the variable that moves it, where it is by default, and what a user would call it. */
export interface PortSpec {
  readonly variable: string;
  readonly standard: number;
  readonly purpose: string;
}

/** Where `spec` is by the environment. A value that is no port is a LaunchError. */
export function configuredPort(spec: PortSpec, env: Environment): number {
  const value = env[spec.variable];
  if (value === undefined || value === '') return spec.standard;
  const port = Number(value);
  if (/^\d+$/.test(value) && port >= 1 && port <= 65_535) return port;
  throw new LaunchError(`${spec.variable} must be a port between 1 and 65535, not ${JSON.stringify(value)}.`);
}

/** Rejects with one line when somebody listens on `port` already. `otherwise`: a way out besides moving it. */
export async function requireFreePort(spec: PortSpec, port: number, otherwise?: string): Promise<void> {
  if (await portIsFree(port)) return;
  const moved = `Stop what listens there, or set ${spec.variable} to another port`;
  throw new LaunchError(
    `Port ${port}, for ${spec.purpose}, is taken. ${moved}${otherwise === undefined ? '' : `, or ${otherwise}`}.`,
  );
}
