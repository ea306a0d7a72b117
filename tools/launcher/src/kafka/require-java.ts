import type { Environment } from '../environment.ts';
import { findOnPath } from '../find-on-path.ts';
import { LaunchError } from '../launch-error.ts';
import { findJava } from './java.ts';
import { hasKafkaJars } from './kafka-jars.ts';

/** Resolves to a Java to run Kafka with; rejects with a LaunchError of `why` it must be one, all that is missing, and the `remedy`. */
export async function requireJava(env: Environment, why: string, remedy: string): Promise<string> {
  const java = await findJava(env);
  const missing = [why];
  if ('missing' in java) missing.push(java.missing);
  if (!(await hasKafkaJars(env)) && !(await findOnPath('mvn', env))) missing.push('no Maven (mvn is not on PATH)');
  if ('command' in java && missing.length === 1) return java.command;
  throw new LaunchError(`No Kafka to be had: ${missing.join(', ')}. ${remedy}`);
}
